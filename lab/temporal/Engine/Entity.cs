using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>One workflow id: its runs, the lock that orders everything that happens to them, and what they send to others.</summary>
/// <remarks>
/// Nothing is done to another entity or a task queue while the lock is held. A mutation collects that work;
/// leaving the lock does it. What goes to other entities goes through the outbox, one at a time and in order.
/// </remarks>
internal sealed class Entity(Server server, NamespaceState ns, string workflowId)
{
    private readonly Lock _gate = new();
    private readonly Queue<Action> _outbox = new();
    private List<Action>? _afterwards;
    private List<Run>? _touched;
    private bool _draining;
    private int _depth;

    public Server Server { get; } = server;

    public NamespaceState Namespace { get; } = ns;

    public string WorkflowId { get; } = workflowId;

    /// <summary>The latest run; <see langword="null"/> before the first and after the last was forgotten.</summary>
    public Run? Current { get; private set; }

    public Dictionary<string, Run> Runs { get; } = new(StringComparer.Ordinal);

    /// <summary>An entity without runs is dropped from the namespace; whoever still holds it must look again.</summary>
    public bool Dropped { get; private set; }

    public Scope Enter()
    {
        _gate.Enter();
        _depth++;
        return new Scope(this);
    }

    public void Add(Run run)
    {
        Runs[run.RunId] = run;
        Namespace.Runs[run.RunId] = run;
        Current = run;
    }

    public void Remove(Run run)
    {
        _ = Runs.Remove(run.RunId);
        if (Current == run)
        {
            Current = null;
        }

        DropIfEmpty();
    }

    public void DropIfEmpty()
    {
        if (Runs.Count == 0)
        {
            Dropped = true;
            _ = Namespace.Entities.TryRemove(new KeyValuePair<string, Entity>(WorkflowId, this));
        }
    }

    /// <summary>The run asked for, or the current one for an empty id.</summary>
    public Run Find(string runId)
    {
        var run = runId.Length == 0 ? Current : Runs.GetValueOrDefault(runId);
        return run ?? throw RpcException.NotFound(
            runId.Length == 0
                ? $"workflow not found for ID: {WorkflowId}"
                : $"workflow execution not found for workflow ID \"{WorkflowId}\" and run ID \"{runId}\"");
    }

    public void Touch(Run run)
    {
        _touched ??= [];
        if (!_touched.Contains(run))
        {
            _touched.Add(run);
        }
    }

    /// <summary>Does <paramref name="work"/> once the lock is free.</summary>
    public void Afterwards(Action work) => (_afterwards ??= []).Add(work);

    /// <summary>Does <paramref name="work"/> on other entities, soon, after everything sent before. Time stands meanwhile.</summary>
    public void Send(Action work)
    {
        Server.Clock.AddHolds(1);
        _outbox.Enqueue(work);
        if (!_draining)
        {
            _draining = true;
            Afterwards(() => ThreadPool.UnsafeQueueUserWorkItem(static entity => entity.Drain(), this, preferLocal: false));
        }
    }

    private void Drain()
    {
        while (true)
        {
            Action work;
            lock (_gate)
            {
                if (!_outbox.TryDequeue(out work!))
                {
                    _draining = false;
                    return;
                }
            }

            try
            {
                work();
            }
            catch (Exception e)
            {
                Console.Error.WriteLine($"Sending from workflow '{WorkflowId}' failed: {e}");
            }
            finally
            {
                Server.Clock.AddHolds(-1);
            }
        }
    }

    private void Leave()
    {
        List<Action>? afterwards = null;
        try
        {
            if (_depth == 1)
            {
                for (var i = 0; i < (_touched?.Count ?? 0); i++)
                {
                    _touched![i].Commit();
                }
            }
        }
        finally
        {
            if (--_depth == 0)
            {
                _touched?.Clear();
                afterwards = _afterwards;
                _afterwards = null;
            }

            _gate.Exit();
        }

        if (afterwards is not null)
        {
            foreach (var work in afterwards)
            {
                work();
            }
        }
    }

    public readonly ref struct Scope(Entity entity) : IDisposable
    {
        public void Dispose() => entity.Leave();
    }
}
