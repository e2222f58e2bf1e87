namespace Temporalio.Worker.Execution;

/// <summary>The runs that a worker keeps between their tasks; the one that was idle longest goes first.</summary>
internal sealed class RunCache(int capacity)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Lock _lock = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The run's entry, for the caller's use alone until <see cref="Return"/>.</summary>
    public async Task<Entry> TakeAsync(string runId, Action<Entry> evicted)
    {
        Entry entry;
        lock (_lock)
        {
            if (_entries.TryGetValue(runId, out var known))
            {
                entry = known;
                _byUse.Remove(entry.Node);
            }
            else
            {
                entry = new(runId);
                _entries.Add(runId, entry);
            }

            entry.Users++;
            _byUse.AddLast(entry.Node);
            for (var node = _byUse.First; node is not null && _entries.Count > Math.Max(1, capacity);)
            {
                var next = node.Next;
                if (node.Value.Users == 0)
                {
                    Drop(node.Value);
                    evicted(node.Value);
                }

                node = next;
            }
        }

        await entry.Gate.WaitAsync();
        return entry;
    }

    /// <summary>Ends the use of an entry; one without a run is forgotten.</summary>
    public void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Users--;
            if (entry.Users == 0 && (entry.Run is null || capacity == 0) && !entry.IsStuck)
            {
                entry.Run?.Evict();
                entry.Run = null;
                Drop(entry);
            }
        }

        entry.Gate.Release();
    }

    /// <summary>Takes a run whose thread does not come back out of use until it does.</summary>
    public void Quarantine(Entry entry, Task stuck)
    {
        entry.IsStuck = true;
        _ = stuck.ContinueWith(
            _ =>
            {
                lock (_lock)
                {
                    entry.IsStuck = false;
                    if (entry.Users == 0)
                    {
                        Drop(entry);
                    }
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private void Drop(Entry entry)
    {
        if (_entries.TryGetValue(entry.RunId, out var known) && known == entry)
        {
            _entries.Remove(entry.RunId);
            _byUse.Remove(entry.Node);
        }
    }

    internal sealed class Entry
    {
        public Entry(string runId)
        {
            RunId = runId;
            Node = new(this);
        }

        public string RunId { get; }

        public WorkflowRun? Run { get; set; }

        public SemaphoreSlim Gate { get; } = new(1);

        public LinkedListNode<Entry> Node { get; }

        public int Users { get; set; }

        public bool IsStuck { get; set; }
    }
}
