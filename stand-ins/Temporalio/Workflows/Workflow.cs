using System.Linq.Expressions;
using Microsoft.Extensions.Logging;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>Everything that a workflow may ask of the world. Each member needs to be called from a workflow.</summary>
/// <remarks>"No token given" means <see cref="CancellationToken"/>; pass <c>CancellationToken.None</c> to detach.</remarks>
public static class Workflow
{
    /// <summary>No signal or update handler is running.</summary>
    public static bool AllHandlersFinished => Context.AllHandlersFinished;

    /// <summary>Fires when the workflow is asked to stop.</summary>
    public static CancellationToken CancellationToken => Context.CancellationToken;

    /// <summary>The server thinks that the history has grown enough.</summary>
    public static bool ContinueAsNewSuggested => Context.ContinueAsNewSuggested;

    /// <summary>Why.</summary>
    public static IReadOnlyCollection<SuggestContinueAsNewReason> SuggestedContinueAsNewReasons =>
        Context.SuggestedContinueAsNewReasons;

    /// <summary>What the workflow is doing, for the UI; Markdown.</summary>
    public static string CurrentDetails
    {
        get => Context.CurrentDetails;
        set => Context.CurrentDetails = value;
    }

    /// <summary>Events in the history, as of this workflow task.</summary>
    public static int CurrentHistoryLength => Context.CurrentHistoryLength;

    /// <summary>Bytes in the history, as of this workflow task.</summary>
    public static int CurrentHistorySize => Context.CurrentHistorySize;

    /// <summary>The update that the calling handler or validator serves; null elsewhere.</summary>
    public static WorkflowUpdateInfo? CurrentUpdateInfo => Context.CurrentUpdateInfo;

    /// <summary>What is fixed for the life of the run.</summary>
    public static WorkflowInfo Info => Context.Info;

    /// <summary>The workflow object.</summary>
    public static object Instance => Context.Instance;

    /// <summary>The code runs in a workflow.</summary>
    public static bool InWorkflow => TaskScheduler.Current is IWorkflowContext;

    /// <summary>Logs with the run's ids in scope; silent during replay.</summary>
    public static ILogger Logger => Context.Logger;

    /// <summary>The memo, upserts included.</summary>
    public static IReadOnlyDictionary<string, IRawValue> Memo => Context.Memo;

    /// <summary>Converts payloads as the worker does.</summary>
    public static IPayloadConverter PayloadConverter => Context.PayloadConverter;

    /// <summary>The query handlers; may be changed.</summary>
    public static IDictionary<string, WorkflowQueryDefinition> Queries => Context.Queries;

    /// <summary>The signal handlers; may be changed. A new one is given what has waited for it.</summary>
    public static IDictionary<string, WorkflowSignalDefinition> Signals => Context.Signals;

    /// <summary>The update handlers; may be changed.</summary>
    public static IDictionary<string, WorkflowUpdateDefinition> Updates => Context.Updates;

    /// <summary>The same numbers in every replay.</summary>
    public static DeterministicRandom Random => Context.Random;

    /// <summary>The search attributes, upserts included.</summary>
    public static SearchAttributeCollection TypedSearchAttributes => Context.TypedSearchAttributes;

    /// <summary>When this workflow task started; the same in every replay.</summary>
    public static DateTime UtcNow => Context.UtcNow;

    private static IWorkflowContext Context =>
        TaskScheduler.Current as IWorkflowContext ?? throw new InvalidOperationException("Not in workflow");

    /// <summary>An exception that, thrown from the run method, starts the next run.</summary>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ContinueAsNewOptions? options = null)
    {
        var (workflow, args) = Calls.Run(workflowRunCall);
        return CreateContinueAsNewException(workflow, args, options);
    }

    /// <summary>An exception that, thrown from the run method, starts the next run.</summary>
    public static ContinueAsNewException CreateContinueAsNewException<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ContinueAsNewOptions? options = null)
    {
        var (workflow, args) = Calls.Run(workflowRunCall);
        return CreateContinueAsNewException(workflow, args, options);
    }

    /// <summary>An exception that, thrown from the run method, starts the next run.</summary>
    public static ContinueAsNewException CreateContinueAsNewException(
        string workflow, IReadOnlyCollection<object?> args, ContinueAsNewOptions? options = null)
    {
        _ = Context;
        return new(workflow, args, options);
    }

    /// <summary>Waits; −1 is until cancelled.</summary>
    public static Task DelayAsync(int millisecondsDelay, CancellationToken? cancellationToken = null) =>
        DelayAsync(TimeSpan.FromMilliseconds(millisecondsDelay), cancellationToken);

    /// <summary>Waits; −1 ms is until cancelled.</summary>
    public static Task DelayAsync(TimeSpan delay, CancellationToken? cancellationToken = null) =>
        Context.DelayAsync(delay, null, cancellationToken);

    /// <summary>Waits, and says in the UI what for.</summary>
    public static Task DelayWithOptionsAsync(DelayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Context.DelayAsync(options.Delay, options.Summary, options.CancellationToken);
    }

    /// <summary>Notes that code before the patch is gone from the workers, though not from histories.</summary>
    public static void DeprecatePatch(string patchId) => Context.Patch(patchId, deprecated: true);

    /// <summary>Runs an activity and gives its result.</summary>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        Expression<Func<TResult>> activityCall, ActivityOptions options) => Activity<TResult>(activityCall, options);

    /// <summary>Runs an activity.</summary>
    public static Task ExecuteActivityAsync(Expression<Action> activityCall, ActivityOptions options) =>
        Activity<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity and gives its result.</summary>
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, TResult>> activityCall, ActivityOptions options) =>
        Activity<TResult>(activityCall, options);

    /// <summary>Runs an activity.</summary>
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Action<TActivityInstance>> activityCall, ActivityOptions options) =>
        Activity<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity and gives its result.</summary>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        Expression<Func<Task<TResult>>> activityCall, ActivityOptions options) => Activity<TResult>(activityCall, options);

    /// <summary>Runs an activity.</summary>
    public static Task ExecuteActivityAsync(Expression<Func<Task>> activityCall, ActivityOptions options) =>
        Activity<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity and gives its result.</summary>
    public static Task<TResult> ExecuteActivityAsync<TActivityInstance, TResult>(
        Expression<Func<TActivityInstance, Task<TResult>>> activityCall, ActivityOptions options) =>
        Activity<TResult>(activityCall, options);

    /// <summary>Runs an activity.</summary>
    public static Task ExecuteActivityAsync<TActivityInstance>(
        Expression<Func<TActivityInstance, Task>> activityCall, ActivityOptions options) =>
        Activity<ValueTuple>(activityCall, options);

    /// <summary>Runs an activity by name.</summary>
    public static Task ExecuteActivityAsync(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options) =>
        ExecuteActivityAsync<ValueTuple>(activity, args, options);

    /// <summary>Runs an activity by name and gives its result.</summary>
    public static Task<TResult> ExecuteActivityAsync<TResult>(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Context.ExecuteActivityAsync<TResult>(activity, args, options);
    }

    /// <summary>Runs a child workflow and gives its result.</summary>
    public static async Task<TResult> ExecuteChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options).ConfigureAwait(true);
        return await handle.GetResultAsync().ConfigureAwait(true);
    }

    /// <summary>Runs a child workflow.</summary>
    public static async Task ExecuteChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflowRunCall, options).ConfigureAwait(true);
        await handle.GetResultAsync().ConfigureAwait(true);
    }

    /// <summary>Runs a child workflow by name.</summary>
    public static async Task ExecuteChildWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options).ConfigureAwait(true);
        await handle.GetResultAsync().ConfigureAwait(true);
    }

    /// <summary>Runs a child workflow by name and gives its result.</summary>
    public static async Task<TResult> ExecuteChildWorkflowAsync<TResult>(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null)
    {
        var handle = await StartChildWorkflowAsync(workflow, args, options).ConfigureAwait(true);
        return await handle.GetResultAsync<TResult>().ConfigureAwait(true);
    }

    /// <summary>Some other workflow of the namespace, to signal or cancel.</summary>
    public static ExternalWorkflowHandle GetExternalWorkflowHandle(string id, string? runId = null) =>
        Context.GetExternalWorkflowHandle<object>(id, runId);

    /// <summary>Some other workflow of the namespace, to signal or cancel.</summary>
    public static ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(
        string id, string? runId = null) => Context.GetExternalWorkflowHandle<TWorkflow>(id, runId);

    /// <summary>A random id, the same in every replay.</summary>
    public static Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Context.Random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes);
    }

    /// <summary>New code may run: true for new runs, and for those that took this way before.</summary>
    public static bool Patched(string patchId) => Context.Patch(patchId, deprecated: false);

    /// <summary><c>Task.Run</c> that stays in the workflow.</summary>
    public static Task RunTaskAsync(Func<Task> function, CancellationToken? cancellationToken = null)
    {
        var context = Context;
        return Task.Factory.StartNew(
            function,
            cancellationToken ?? context.CancellationToken,
            TaskCreationOptions.None,
            (TaskScheduler)context).Unwrap();
    }

    /// <summary><c>Task.Run</c> that stays in the workflow.</summary>
    public static Task<TResult> RunTaskAsync<TResult>(
        Func<Task<TResult>> function, CancellationToken? cancellationToken = null)
    {
        var context = Context;
        return Task.Factory.StartNew(
            function,
            cancellationToken ?? context.CancellationToken,
            TaskCreationOptions.None,
            (TaskScheduler)context).Unwrap();
    }

    /// <summary>Starts a child workflow; done when the server says that it has started.</summary>
    public static Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var (workflow, args) = Calls.Run(workflowRunCall);
        return Context.StartChildWorkflowAsync<TWorkflow, TResult>(workflow, args, options ?? new());
    }

    /// <summary>Starts a child workflow; done when the server says that it has started.</summary>
    public static async Task<ChildWorkflowHandle<TWorkflow>> StartChildWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, ChildWorkflowOptions? options = null)
    {
        var (workflow, args) = Calls.Run(workflowRunCall);
        return await Context.StartChildWorkflowAsync<TWorkflow, ValueTuple>(workflow, args, options ?? new())
            .ConfigureAwait(true);
    }

    /// <summary>Starts a child workflow by name; done when the server says that it has started.</summary>
    public static async Task<ChildWorkflowHandle> StartChildWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions? options = null) =>
        await Context.StartChildWorkflowAsync<object, ValueTuple>(workflow, args, options ?? new()).ConfigureAwait(true);

    /// <summary>Changes the memo.</summary>
    /// <exception cref="ArgumentException">Nothing to change, or a key twice.</exception>
    public static void UpsertMemo(params MemoUpdate[] updates) => Context.UpsertMemo(updates);

    /// <summary>Changes search attributes.</summary>
    /// <exception cref="ArgumentException">Nothing to change, or a key twice.</exception>
    public static void UpsertTypedSearchAttributes(params SearchAttributeUpdate[] updates) =>
        Context.UpsertTypedSearchAttributes(updates);

    /// <summary>Waits until the condition holds.</summary>
    public static Task WaitConditionAsync(Func<bool> conditionCheck, CancellationToken? cancellationToken = null) =>
        Context.WaitConditionAsync(conditionCheck, null, null, cancellationToken);

    /// <summary>Waits until the condition holds; false if the time passes before.</summary>
    public static Task<bool> WaitConditionAsync(
        Func<bool> conditionCheck, int timeoutMilliseconds, CancellationToken? cancellationToken = null) =>
        WaitConditionAsync(conditionCheck, TimeSpan.FromMilliseconds(timeoutMilliseconds), cancellationToken);

    /// <summary>Waits until the condition holds; false if the time passes before.</summary>
    public static Task<bool> WaitConditionAsync(
        Func<bool> conditionCheck, TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        Context.WaitConditionAsync(conditionCheck, timeout, null, cancellationToken);

    /// <summary>Waits until the condition holds; false if the time passes before.</summary>
    public static Task<bool> WaitConditionWithOptionsAsync(WaitConditionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Context.WaitConditionAsync(
            options.ConditionCheck, options.Timeout, options.TimeoutSummary, options.CancellationToken);
    }

    /// <summary>The first task to end, the same in every replay.</summary>
    public static Task<Task> WhenAnyAsync(params Task[] tasks) => Task.WhenAny(tasks);

    /// <summary>The first task to end, the same in every replay.</summary>
    public static Task<Task> WhenAnyAsync(IEnumerable<Task> tasks) => Task.WhenAny(tasks);

    /// <summary>The first task to end, the same in every replay.</summary>
    public static async Task<Task<TResult>> WhenAnyAsync<TResult>(params Task<TResult>[] tasks) =>
        (Task<TResult>)await Task.WhenAny((Task[])tasks).ConfigureAwait(true);

    /// <summary>The first task to end, the same in every replay.</summary>
    public static async Task<Task<TResult>> WhenAnyAsync<TResult>(IEnumerable<Task<TResult>> tasks) =>
        (Task<TResult>)await Task.WhenAny((IEnumerable<Task>)tasks).ConfigureAwait(true);

    /// <summary>Done when all are.</summary>
    public static Task WhenAllAsync(IEnumerable<Task> tasks) => Task.WhenAll(tasks);

    /// <summary>Done when all are.</summary>
    public static Task WhenAllAsync(params Task[] tasks) => Task.WhenAll(tasks);

    /// <summary>Done when all are.</summary>
    public static Task<TResult[]> WhenAllAsync<TResult>(IEnumerable<Task<TResult>> tasks) => Task.WhenAll(tasks);

    /// <summary>Done when all are.</summary>
    public static Task<TResult[]> WhenAllAsync<TResult>(params Task<TResult>[] tasks) => Task.WhenAll(tasks);

    private static Task<TResult> Activity<TResult>(LambdaExpression call, ActivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (activity, args) = Calls.Activity(call);
        return Context.ExecuteActivityAsync<TResult>(activity, args, options);
    }

    /// <summary>What a workflow should not need to know.</summary>
    public static class Unsafe
    {
        /// <summary>The code has run before, here or elsewhere.</summary>
        public static bool IsReplaying => Context.IsReplaying;

        /// <summary>As <see cref="IsReplaying"/>, but false in queries and validators.</summary>
        public static bool IsReplayingHistoryEvents => Context.IsReplayingHistoryEvents;

        /// <summary>Runs code that may leave the workflow's scheduler.</summary>
        public static T WithTracingEventListenerDisabled<T>(Func<T> fn)
        {
            ArgumentNullException.ThrowIfNull(fn);
            var context = Context;
            var before = context.TracingDisabled;
            context.TracingDisabled = true;
            try
            {
                return fn();
            }
            finally
            {
                context.TracingDisabled = before;
            }
        }

        /// <summary>Runs code that may leave the workflow's scheduler.</summary>
        public static void WithTracingEventListenerDisabled(Action fn) => WithTracingEventListenerDisabled(() =>
        {
            fn();
            return true;
        });
    }
}
