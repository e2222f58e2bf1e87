namespace Temporalio.Workflows;

/// <summary>What cancelling an activity call does.</summary>
public enum ActivityCancellationType
{
    /// <summary>Asks the activity to stop, and fails the call at once.</summary>
    TryCancel = 0,

    /// <summary>Asks the activity to stop, and waits for what it makes of it.</summary>
    WaitCancellationCompleted = 1,

    /// <summary>Fails the call at once and tells nobody.</summary>
    Abandon = 2,
}

/// <summary>What cancelling a child workflow call does.</summary>
public enum ChildWorkflowCancellationType
{
    /// <summary>Fails the call at once and tells nobody.</summary>
    Abandon = 0,

    /// <summary>Asks the child to stop, and fails the call at once.</summary>
    TryCancel = 1,

    /// <summary>Asks the child to stop, and waits for its end.</summary>
    WaitCancellationCompleted = 2,

    /// <summary>Asks the child to stop, and waits until it has been told.</summary>
    WaitCancellationRequested = 3,
}

/// <summary>What happens to a child when its parent ends.</summary>
public enum ParentClosePolicy
{
    /// <summary>The server's default.</summary>
    None = 0,

    /// <summary>The child is terminated.</summary>
    Terminate = 1,

    /// <summary>The child lives on.</summary>
    Abandon = 2,

    /// <summary>The child is asked to stop.</summary>
    RequestCancel = 3,
}

/// <summary>What happens when a workflow ends while a handler runs.</summary>
public enum HandlerUnfinishedPolicy
{
    /// <summary>The handler is abandoned, with a warning in the log.</summary>
    WarnAndAbandon,

    /// <summary>The handler is abandoned.</summary>
    Abandon,
}

/// <summary>Why the server suggests to continue as new.</summary>
public enum SuggestContinueAsNewReason
{
    /// <summary>It did not say.</summary>
    Unspecified = 0,

    /// <summary>The history has too many bytes.</summary>
    HistorySizeTooLarge = 1,

    /// <summary>The history has too many events.</summary>
    TooManyHistoryEvents = 2,

    /// <summary>The run has handled too many updates.</summary>
    TooManyUpdates = 3,
}
