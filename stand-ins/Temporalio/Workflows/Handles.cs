using System.Linq.Expressions;

namespace Temporalio.Workflows;

/// <summary>A child workflow that has started.</summary>
public abstract class ChildWorkflowHandle
{
    /// <summary>Its workflow id.</summary>
    public abstract string Id { get; }

    /// <summary>The id of its first run.</summary>
    public abstract string FirstExecutionRunId { get; }

    /// <summary>Waits for its end.</summary>
    public Task GetResultAsync() => GetResultAsync<ValueTuple>();

    /// <summary>Waits for its end, and gives its result.</summary>
    public abstract Task<TResult> GetResultAsync<TResult>();

    /// <summary>Signals it.</summary>
    public Task SignalAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> signalCall, ChildWorkflowSignalOptions? options = null)
    {
        var (signal, args) = Calls.Signal(signalCall);
        return SignalAsync(signal, args, options);
    }

    /// <summary>Signals it.</summary>
    public abstract Task SignalAsync(
        string signal, IReadOnlyCollection<object?> args, ChildWorkflowSignalOptions? options = null);
}

/// <summary>A child workflow that has started.</summary>
public abstract class ChildWorkflowHandle<TWorkflow> : ChildWorkflowHandle
{
    /// <summary>Signals it.</summary>
    public Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, ChildWorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);
}

/// <summary>A child workflow that has started.</summary>
public abstract class ChildWorkflowHandle<TWorkflow, TResult> : ChildWorkflowHandle<TWorkflow>
{
    /// <summary>Waits for its end, and gives its result.</summary>
    public new Task<TResult> GetResultAsync() => GetResultAsync<TResult>();
}

/// <summary>Some other workflow of the namespace.</summary>
public abstract class ExternalWorkflowHandle
{
    /// <summary>Its workflow id.</summary>
    public abstract string Id { get; }

    /// <summary>Its run; null is the latest.</summary>
    public abstract string? RunId { get; }

    /// <summary>Signals it.</summary>
    public Task SignalAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> signalCall, ExternalWorkflowSignalOptions? options = null)
    {
        var (signal, args) = Calls.Signal(signalCall);
        return SignalAsync(signal, args, options);
    }

    /// <summary>Signals it.</summary>
    public abstract Task SignalAsync(
        string signal, IReadOnlyCollection<object?> args, ExternalWorkflowSignalOptions? options = null);

    /// <summary>Asks it to stop.</summary>
    public abstract Task CancelAsync();
}

/// <summary>Some other workflow of the namespace.</summary>
public abstract class ExternalWorkflowHandle<TWorkflow> : ExternalWorkflowHandle
{
    /// <summary>Signals it.</summary>
    public Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, ExternalWorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);
}
