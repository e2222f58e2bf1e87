using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Watching;

/// <summary>How often Ironic's nodes are listed.</summary>
internal sealed record WatcherOptions
{
    /// <summary>Shortest time from the start of one listing to the start of the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause after a listing, as a multiple of the time it took: a slow Ironic is asked less often.</summary>
    public int Restraint { get; init; } = 4;

    /// <summary>Longest pause after failed listings.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Listings through which a settled node may stay reserved before the reservation is believed to be a leftover.</summary>
    public int ReservedListings { get; init; } = 10;

    /// <summary>Nodes asked for by their id at the same time, after they vanished from the listing.</summary>
    public int Checks { get; init; } = 4;
}

/// <summary>All nodes at one moment.</summary>
/// <param name="StartedAt">When it was asked for: what happened before is in it.</param>
/// <param name="Nodes">By UUID.</param>
internal sealed record Listing(DateTimeOffset StartedAt, IReadOnlyDictionary<string, IronicNode> Nodes);

/// <summary>
/// Lists the nodes of one Ironic for everybody in this process who waits for one: constant load, however many wait. While nobody
/// waits it does nothing.
/// </summary>
internal sealed class NodeWatcher(IronicClient ironic, WatcherOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Wait> _waits = [];
    private readonly List<TaskCompletionSource<Listing>> _demands = [];
    private readonly CancellationTokenSource _end = new();
    private Task _loop = Task.CompletedTask;
    private bool _running;
    private Listing? _last;
    private DateTimeOffset _allowed = DateTimeOffset.MinValue;
    private string? _trouble;

    /// <summary>Why the last listing failed; null if it did not.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>Listings asked for so far.</summary>
    public long Listings { get; private set; }

    /// <summary>Waits that are open.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waits.Count;
            }
        }
    }

    /// <summary>The node as of a listing that was asked for at most <paramref name="age"/> ago; null if there is none.</summary>
    public IronicNode? Recent(string id, TimeSpan age) =>
        Volatile.Read(ref _last) is { } last && time.GetUtcNow() - last.StartedAt <= age ? last.Nodes.GetValueOrDefault(id) : null;

    /// <summary>Waits until the goal is reached, or the node is gone.</summary>
    /// <param name="id">The node's UUID.</param>
    /// <param name="goal">What ends the wait.</param>
    /// <param name="seen">Told of the node at each listing; must be quick.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The node; null if Ironic knows it no more, in the listing as well as by its id.</returns>
    /// <remarks>Only listings that were asked for after this call count, so a verb that was accepted before it has its effect in them.</remarks>
    public async Task<IronicNode?> WaitAsync(
        string id, NodeGoal goal, Action<IronicNode>? seen, CancellationToken cancellationToken)
    {
        var wait = new Wait(id, goal, seen, time.GetUtcNow());
        lock (_gate)
        {
            _waits.Add(wait);
            Run();
        }

        try
        {
            return await wait.Done.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waits.Remove(wait);
            }
        }
    }

    /// <summary>A listing asked for at most <paramref name="age"/> ago.</summary>
    public Task<Listing> ListingAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last && time.GetUtcNow() - last.StartedAt <= age)
        {
            return Task.FromResult(last);
        }

        var demand = new TaskCompletionSource<Listing>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _demands.Add(demand);
            Run();
        }

        return demand.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends the listing; waits end as cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Task loop;
        lock (_gate)
        {
            loop = _loop;
        }

        await loop;
        lock (_gate)
        {
            foreach (var wait in _waits)
            {
                wait.Done.TrySetCanceled();
            }

            foreach (var demand in _demands)
            {
                demand.TrySetCanceled();
            }
        }

        _end.Dispose();
    }

    private void Run()
    {
        if (!_running && !_end.IsCancellationRequested)
        {
            _running = true;
            _loop = Task.Run(LoopAsync);
        }
    }

    private async Task LoopAsync()
    {
        var failures = 0;
        while (true)
        {
            try
            {
                if (_allowed - time.GetUtcNow() is { Ticks: > 0 } pause)
                {
                    await Task.Delay(pause, time, _end.Token);
                }

                lock (_gate)
                {
                    if (_waits.Count == 0 && _demands.Count == 0)
                    {
                        _running = false;
                        return;
                    }
                }

                failures = await ListAsync() ? 0 : failures + 1;
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                lock (_gate)
                {
                    _running = false;
                }

                return;
            }

            if (failures > 0)
            {
                var seconds = Math.Min(Math.Pow(2, Math.Min(failures - 1, 10)), options.LongestPause.TotalSeconds);
                _allowed = time.GetUtcNow() + Max(TimeSpan.FromSeconds(seconds), options.Interval);
            }
        }
    }

    private async Task<bool> ListAsync()
    {
        var started = time.GetUtcNow();
        try
        {
            Listings++;
            var server = await ironic.ServerAsync(_end.Token);
            IReadOnlyList<string> fields = server.Knows(MicroVersion.Health)
                ? [.. Reports.Fields, "deploy_interface", "health"]
                : [.. Reports.Fields, "deploy_interface"];
            var nodes = await ironic.AllNodesAsync(fields, _end.Token);
            var byId = new Dictionary<string, IronicNode>(nodes.Count, StringComparer.Ordinal);
            foreach (var node in nodes)
            {
                byId[node.Uuid] = node; // a node that moves between pages may come twice: the later page knows better
            }

            var listing = new Listing(started, byId);
            Volatile.Write(ref _last, listing);
            Volatile.Write(ref _trouble, null);
            var took = time.GetUtcNow() - started;
            _allowed = Max(started + options.Interval, started + took + (took * options.Restraint));
            await TellAsync(listing);
            return true;
        }
        catch (IronicException e)
        {
            Volatile.Write(ref _trouble, e.Message);
            return false;
        }
    }

    private async Task TellAsync(Listing listing)
    {
        List<Wait> waits;
        lock (_gate)
        {
            foreach (var demand in _demands)
            {
                demand.TrySetResult(listing);
            }

            _demands.Clear();
            waits = [.. _waits.Where(wait => wait.Since <= listing.StartedAt)];
        }

        var vanished = new List<Wait>();
        foreach (var wait in waits)
        {
            if (listing.Nodes.TryGetValue(wait.Id, out var node))
            {
                wait.Missed = 0;
                Judge(wait, node);
            }
            else if (++wait.Missed >= 2)
            {
                vanished.Add(wait);
            }
        }

        // Not in two listings running: ask for each by its id before believing it.
        await Parallel.ForEachAsync(
            vanished.GroupBy(wait => wait.Id, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = options.Checks, CancellationToken = _end.Token },
            async (group, token) =>
            {
                var node = await ironic.FindNodeAsync(group.Key, token);
                foreach (var wait in group)
                {
                    if (node is null)
                    {
                        wait.Done.TrySetResult(null);
                    }
                    else
                    {
                        wait.Missed = 0;
                        Judge(wait, node);
                    }
                }
            });
    }

    private void Judge(Wait wait, IronicNode node)
    {
        wait.Seen?.Invoke(node);
        var reached = wait.Goal switch
        {
            NodeGoal.Settled => States.PhaseOf(node.ProvisionState) is not NodePhase.Busy,
            NodeGoal.PoweredOn or NodeGoal.PoweredOff => string.IsNullOrEmpty(node.TargetPowerState),
            _ => false,
        };

        // For a moment after the state is reached Ironic still holds its lock, and would refuse the next verb.
        wait.Reserved = reached && !string.IsNullOrEmpty(node.Reservation) ? wait.Reserved + 1 : 0;
        if (reached && (wait.Reserved == 0 || wait.Reserved > options.ReservedListings))
        {
            wait.Done.TrySetResult(node);
        }
    }

    private static DateTimeOffset Max(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private sealed class Wait(string id, NodeGoal goal, Action<IronicNode>? seen, DateTimeOffset since)
    {
        public string Id { get; } = id;

        public NodeGoal Goal { get; } = goal;

        public Action<IronicNode>? Seen { get; } = seen;

        public DateTimeOffset Since { get; } = since;

        public int Missed { get; set; }

        public int Reserved { get; set; }

        public TaskCompletionSource<IronicNode?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
