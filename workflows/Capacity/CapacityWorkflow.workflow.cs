using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Capacity;

/// <summary>A fair queue: first come, first served; a slot is a lease that ends with its holder.</summary>
[Workflow(WorkflowNames.Capacity)]
public sealed class CapacityWorkflow : ICapacityWorkflow
{
    private static readonly TimeSpan Audit = TimeSpan.FromMinutes(1); // how long a dead holder may keep others waiting

    private readonly List<SlotRequest> _holders;
    private readonly List<SlotRequest> _queue;
    private readonly List<HostKey> _busy;
    private readonly Dictionary<string, SlotNotice> _told = new(StringComparer.Ordinal);
    private readonly string _pool;
    private bool _counted;
    private int _limit;
    private int _version;
    private int _requests;

    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public CapacityWorkflow(CapacityState state)
    {
        _pool = state.Pool;
        _limit = state.Limit;
        _holders = [.. state.Holders];
        _queue = [.. state.Queue];
        _busy = [.. state.BusyHosts];
        _counted = state.BusyHostsCounted;
    }

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(CapacityState state)
    {
        await CountAsync();
        while (true)
        {
            Grant();
            var version = _version;
            await TellAsync();
            Workflow.CurrentDetails = $"{_holders.Count} of {(_limit == 0 ? "unlimited" : _limit)} slots taken, {_queue.Count} wait\n\n"
                + (_busy.Count == 0 ? "" : $"{_busy.Count} more by machines at work: {string.Join(", ", _busy.Take(20))}\n\n")
                + string.Join('\n', _queue.Take(20).Select((waiter, place) => $"{place + 1}. {waiter.Host}"));
            if (_version != version)
            {
                continue;
            }

            if ((_requests >= 500 || Workflow.ContinueAsNewSuggested) && Workflow.AllHandlersFinished)
            {
                throw Workflow.CreateContinueAsNewException((ICapacityWorkflow capacity) => capacity.RunAsync(View()));
            }

            // Only while somebody waits does it matter whether a holder died without a word.
            if (_queue.Count == 0)
            {
                await Workflow.WaitConditionAsync(() => _version != version);
            }
            else if (!await Workflow.WaitConditionAsync(() => _version != version, Audit))
            {
                await FreeEndedAsync();
                await CountAsync();
                await FreeFinishedAsync();
            }
        }
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task RequestAsync(SlotRequest request)
    {
        _requests++;
        _told.Remove(request.Holder); // who asks again missed the answer
        Recognise(request.Host);
        if (!_holders.Exists(holder => holder.Holder == request.Holder) && !_queue.Exists(waiter => waiter.Holder == request.Holder))
        {
            if (request.AlreadyBusy)
            {
                _holders.Add(request);
            }
            else
            {
                _queue.Add(request);
            }
        }

        _version++;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task ReleaseAsync(string holder)
    {
        var freed = _holders.RemoveAll(other => other.Holder == holder) + _queue.RemoveAll(other => other.Holder == holder);
        _told.Remove(holder);
        _version += freed > 0 ? 1 : 0;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("setLimit")]
    public Task SetLimitAsync(int limit)
    {
        _limit = Math.Max(0, limit);
        _version++;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowQuery("view")]
    public CapacityState View() => new()
    {
        Pool = _pool,
        Limit = _limit,
        Holders = [.. _holders],
        Queue = [.. _queue],
        BusyHosts = [.. _busy],
        BusyHostsCounted = _counted,
    };

    private void Recognise(HostKey host) => _busy.RemoveAll(one => one.ToString() == host.ToString());

    private void Grant()
    {
        while (_queue.Count > 0 && (_limit == 0 || _holders.Count + _busy.Count < _limit))
        {
            _holders.Add(_queue[0]);
            _queue.RemoveAt(0);
        }
    }

    private async Task TellAsync()
    {
        var notices = _holders.Select(holder => (holder.Holder, Notice: new SlotNotice(_pool, Granted: true, 0, 0)))
            .Concat(_queue.Select((waiter, place) =>
                (waiter.Holder, Notice: new SlotNotice(_pool, Granted: false, place + 1, _holders.Count + _busy.Count + place))))
            .Where(pair => !_told.TryGetValue(pair.Holder, out var told) || pair.Notice.IsNewsAfter(told))
            .ToList();
        foreach (var (holder, notice) in notices)
        {
            _told[holder] = notice;
        }

        await Workflow.WhenAllAsync(notices.Select(pair => TellAsync(pair.Holder, pair.Notice)));
    }

    private async Task TellAsync(string holder, SlotNotice notice)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle(holder).SignalAsync("Slot", [notice]);
        }
        catch (FailureException ended) when (!TemporalException.IsCanceledException(ended))
        {
            await ReleaseAsync(holder); // it ended: nobody is left to hold the slot
        }
    }

    /// <summary>A Temporal that lost everything leaves machines at work whose hosts are yet to ask again: nobody takes their slots meanwhile.</summary>
    private async Task CountAsync()
    {
        if (_counted || await ListBusyAsync("Count the machines at work") is not { } busy)
        {
            return;
        }

        _counted = true;
        _busy.AddRange(busy);
        foreach (var request in _holders.Concat(_queue))
        {
            Recognise(request.Host);
        }
    }

    private async Task FreeFinishedAsync()
    {
        if (_busy.Count > 0 && await ListBusyAsync("Find machines that are done") is { } busy)
        {
            var names = busy.Select(host => host.ToString()).ToHashSet(StringComparer.Ordinal);
            _version += _busy.RemoveAll(host => !names.Contains(host.ToString())) > 0 ? 1 : 0;
        }
    }

    /// <summary>The machines at work; null if the back end cannot be asked, which is tried for a while.</summary>
    private async Task<IReadOnlyList<HostKey>?> ListBusyAsync(string summary)
    {
        try
        {
            var options = Calls.Objects(summary);
            options.ScheduleToCloseTimeout = TimeSpan.FromMinutes(2);
            return await Workflow.ExecuteActivityAsync((ICapacityActivities capacity) => capacity.ListBusyAsync(_pool), options);
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            Workflow.Logger.MachinesNotCounted(failure.InnerException?.Message ?? failure.Message);
            return null;
        }
    }

    private async Task FreeEndedAsync()
    {
        var ids = _holders.Concat(_queue).Select(request => request.Holder).ToList();
        try
        {
            var options = Calls.Objects("Find holders that ended");
            options.ScheduleToCloseTimeout = TimeSpan.FromMinutes(2);
            var ended = await Workflow.ExecuteActivityAsync((ICapacityActivities capacity) => capacity.ListEndedAsync(ids), options);
            foreach (var holder in ended)
            {
                await ReleaseAsync(holder);
            }
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            Workflow.Logger.HoldersNotChecked(failure.InnerException?.Message ?? failure.Message);
        }
    }
}
