using System.Collections.Concurrent;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

internal sealed class NamespaceState(string name)
{
    public string Id { get; } = Guid.NewGuid().ToString();

    public string Name { get; } = name;

    public string Description { get; set; } = "";

    public string OwnerEmail { get; set; } = "";

    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(24);

    public ConcurrentDictionary<string, string> Data { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, IndexedValueType> CustomAttributes { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, Entity> Entities { get; } = new(StringComparer.Ordinal);

    /// <summary>Every run that is kept, by run id: what visibility scans.</summary>
    public ConcurrentDictionary<string, Run> Runs { get; } = new(StringComparer.Ordinal);

    public IndexedValueType? TypeOf(string attribute) =>
        SystemAttributes.Predefined.TryGetValue(attribute, out var predefined) ? predefined
        : CustomAttributes.TryGetValue(attribute, out var custom) ? custom
        : null;
}

/// <summary>Everything the server knows: namespaces with their workflows, task queues, the clock.</summary>
internal sealed partial class Server : IDisposable
{
    private readonly ConcurrentDictionary<TaskQueueKey, TaskQueue> _queues = new();
    private readonly LinkedList<(Run Run, long ClosedAt)> _closed = [];
    private readonly Lock _closedGate = new();
    private readonly LabTemporalOptions _options;
    private readonly Timer _janitor;
    private long _taskId;

    public Server(LabTemporalOptions options)
    {
        _options = options;
        Clock = new ServerClock(options.TimeSkipping);
        foreach (var name in options.Namespaces.Prepend("default").Distinct(StringComparer.Ordinal))
        {
            var created = new NamespaceState(name) { Retention = options.Retention };
            foreach (var (attribute, type) in options.SearchAttributes)
            {
                created.CustomAttributes[attribute] = SystemAttributes.ParseType(type);
            }

            Namespaces[name] = created;
        }

        _janitor = new Timer(_ => Sweep(), null, options.SweepInterval, options.SweepInterval);
    }

    public ServerClock Clock { get; }

    public Limits Limits => _options.Limits;

    public string ClusterId { get; } = Guid.NewGuid().ToString();

    public ConcurrentDictionary<string, NamespaceState> Namespaces { get; } = new(StringComparer.Ordinal);

    public long NextTaskId() => Interlocked.Increment(ref _taskId) + 1_048_576;

    public NamespaceState Namespace(string name)
    {
        if (name.Length == 0)
        {
            throw RpcException.Invalid("Namespace is not set on request.");
        }

        return Namespaces.TryGetValue(name, out var found) ? found : throw NamespaceNotFound(name);
    }

    public static RpcException NamespaceNotFound(string name) => new(
        StatusCode.NotFound, $"Namespace {name} is not found.", new NamespaceNotFoundFailure { Namespace = name });

    public TaskQueue Queue(string ns, string name, bool forActivities)
    {
        var key = new TaskQueueKey(ns, name, forActivities);
        return _queues.TryGetValue(key, out var queue) ? queue : _queues.GetOrAdd(key, static key => new TaskQueue(key));
    }

    public TaskQueue? ExistingQueue(string ns, string name, bool forActivities) =>
        _queues.GetValueOrDefault(new TaskQueueKey(ns, name, forActivities));

    /// <summary>The workflow id's entity, made when there is none.</summary>
    public Entity EntityFor(NamespaceState ns, string workflowId) =>
        ns.Entities.TryGetValue(workflowId, out var found)
            ? found
            : ns.Entities.GetOrAdd(workflowId, static (id, at) => new Entity(at.Server, at.Ns, id), (Server: this, Ns: ns));

    public void Closed(Run run)
    {
        Run? oldest = null;
        lock (_closedGate)
        {
            _closed.AddLast((run, Environment.TickCount64));
            if (_closed.Count > _options.RetainedRuns)
            {
                oldest = _closed.First!.Value.Run;
                _closed.RemoveFirst();
            }
        }

        if (oldest is not null)
        {
            Forget(oldest);
        }
    }

    /// <summary>Forgets a closed run before its time.</summary>
    public void Delete(Run run)
    {
        lock (_closedGate)
        {
            for (var node = _closed.Last; node is not null; node = node.Previous)
            {
                if (node.Value.Run == run)
                {
                    _closed.Remove(node);
                    break;
                }
            }
        }

        Forget(run);
    }

    private static void Forget(Run run)
    {
        _ = run.Namespace.Runs.TryRemove(new KeyValuePair<string, Run>(run.RunId, run));
        using (run.Entity.Enter())
        {
            run.Entity.Remove(run);
        }
    }

    public void Dispose()
    {
        _janitor.Dispose();
        Clock.Dispose();
    }

    /// <summary>Closed runs past their retention and task queues that nobody uses any more.</summary>
    private void Sweep()
    {
        var now = Clock.NowTicks;
        var expired = new List<Run>();
        lock (_closedGate)
        {
            for (var node = _closed.First; node is not null;)
            {
                var (run, closedAt) = node.Value;
                var next = node.Next;
                // Where the clock jumps, a day can pass before the caller who waits for a result has read it: one
                // interval of real time is everybody's.
                if (now - run.CloseTicks > run.Namespace.Retention.Ticks
                    && Environment.TickCount64 - closedAt > _options.SweepInterval.TotalMilliseconds)
                {
                    expired.Add(run);
                    _closed.Remove(node);
                }

                node = next;
            }
        }

        expired.ForEach(Forget);

        foreach (var (key, queue) in _queues)
        {
            if (queue.IsIdleSince(TimeSpan.FromMinutes(10)))
            {
                _ = _queues.TryRemove(new KeyValuePair<TaskQueueKey, TaskQueue>(key, queue));
            }
        }
    }
}
