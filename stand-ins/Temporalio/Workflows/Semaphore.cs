namespace Temporalio.Workflows;

/// <summary>A semaphore for workflows: first come, first served, the same in every replay.</summary>
public class Semaphore
{
    private readonly LinkedList<object> _waiting = new();

    /// <summary>A semaphore with this many places.</summary>
    public Semaphore(int initialCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(initialCount);
        Max = initialCount;
        CurrentCount = initialCount;
    }

    /// <summary>The most places there can be.</summary>
    public int Max { get; init; }

    /// <summary>The places that are free.</summary>
    public int CurrentCount { get; private set; }

    /// <summary>Takes a place, when one is free.</summary>
    public Task WaitAsync(CancellationToken? cancellationToken = null) => EnterAsync(null, cancellationToken);

    /// <summary>Takes a place; false if none gets free in time.</summary>
    public Task<bool> WaitAsync(int millisecondsTimeout, CancellationToken? cancellationToken = null) =>
        EnterAsync(TimeSpan.FromMilliseconds(millisecondsTimeout), cancellationToken);

    /// <summary>Takes a place; false if none gets free in time.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        EnterAsync(timeout, cancellationToken);

    /// <summary>Gives a place back.</summary>
    /// <exception cref="InvalidOperationException">All places are free.</exception>
    public void Release()
    {
        if (CurrentCount >= Max)
        {
            throw new InvalidOperationException("Semaphore is already at its maximum");
        }

        CurrentCount++;
    }

    private async Task<bool> EnterAsync(TimeSpan? timeout, CancellationToken? cancellationToken)
    {
        var me = _waiting.AddLast(new object());
        try
        {
            bool MyTurn() => CurrentCount > 0 && _waiting.First == me;
            if (timeout == TimeSpan.Zero)
            {
                if (!MyTurn())
                {
                    return false;
                }
            }
            else if (timeout is { } limit)
            {
                if (!await Workflow.WaitConditionAsync(MyTurn, limit, cancellationToken).ConfigureAwait(true))
                {
                    return false;
                }
            }
            else
            {
                await Workflow.WaitConditionAsync(MyTurn, cancellationToken).ConfigureAwait(true);
            }

            CurrentCount--;
            return true;
        }
        finally
        {
            _waiting.Remove(me);
        }
    }
}

/// <summary>A semaphore with one place.</summary>
public class Mutex
{
    private readonly Semaphore _semaphore = new(1);

    /// <summary>Takes the mutex, when it is free.</summary>
    public Task WaitOneAsync(CancellationToken? cancellationToken = null) => _semaphore.WaitAsync(cancellationToken);

    /// <summary>Takes the mutex; false if it does not get free in time.</summary>
    public Task<bool> WaitOneAsync(int millisecondsTimeout, CancellationToken? cancellationToken = null) =>
        _semaphore.WaitAsync(millisecondsTimeout, cancellationToken);

    /// <summary>Takes the mutex; false if it does not get free in time.</summary>
    public Task<bool> WaitOneAsync(TimeSpan timeout, CancellationToken? cancellationToken = null) =>
        _semaphore.WaitAsync(timeout, cancellationToken);

    /// <summary>Gives the mutex back.</summary>
    /// <exception cref="InvalidOperationException">It is free.</exception>
    public void ReleaseMutex() => _semaphore.Release();
}
