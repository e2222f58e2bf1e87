using System.Net;
using k8s.Autorest;

namespace k8s.LeaderElection;

/// <summary>Takes the lock when it is free or its holder fell silent, and renews it while it leads.</summary>
/// <remarks>
/// Clocks of other machines are never compared: a holder is silent when its record did not change for a whole lease
/// by this process's own clock.
/// </remarks>
public class LeaderElector : IDisposable
{
    private readonly LeaderElectionConfig _config;
    private volatile LeaderElectionRecord _observed;
    private long _observedAt;
    private string _reported;

    public LeaderElector(LeaderElectionConfig config)
    {
        _config = config ?? throw new ArgumentNullException(nameof(config));
    }

    public event Action OnStartedLeading;

    public event Action OnStoppedLeading;

    public event Action<string> OnNewLeader;

    public event Action<Exception> OnError;

    public bool IsLeader() => _observed?.HolderIdentity is { } holder && holder == _config.Lock.Identity;

    public string GetLeader() => _observed?.HolderIdentity;

    public Task RunAsync(CancellationToken cancellationToken = default) => RunUntilLeadershipLostAsync(cancellationToken);

    public async Task RunAndTryToHoldLeadershipForeverAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await RunUntilLeadershipLostAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task RunUntilLeadershipLostAsync(CancellationToken cancellationToken = default)
    {
        await AcquireAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            OnStartedLeading?.Invoke();
            await RenewUntilLostAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            OnStoppedLeading?.Invoke();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        while (!await TryAsync(_config.RenewDeadline, cancellationToken).ConfigureAwait(false))
        {
            // Replicas that start together must not ask in step for ever.
            var pause = _config.RetryPeriod * (1 + (0.2 * Random.Shared.NextDouble()));
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RenewUntilLostAsync(CancellationToken cancellationToken)
    {
        var renewed = Environment.TickCount64;
        while (true)
        {
            await Task.Delay(_config.RetryPeriod, cancellationToken).ConfigureAwait(false);
            var left = _config.RenewDeadline - TimeSpan.FromMilliseconds(Environment.TickCount64 - renewed);
            if (left <= TimeSpan.Zero)
            {
                return; // before the lease is over for the others, so that two never lead at once
            }

            var started = Environment.TickCount64;
            if (await TryAsync(left, cancellationToken).ConfigureAwait(false))
            {
                renewed = started;
            }
            else if (!IsLeader())
            {
                return; // somebody else holds it
            }
        }
    }

    /// <summary>One attempt that takes no longer than <paramref name="patience"/>; errors are reported, not thrown.</summary>
    private async Task<bool> TryAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(patience);
        try
        {
            return await TryAcquireOrRenewAsync(attempt.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            OnError?.Invoke(e);
            return false;
        }
        finally
        {
            ReportNewLeader();
        }
    }

    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancellationToken)
    {
        var now = DateTime.UtcNow;
        var wanted = new LeaderElectionRecord
        {
            HolderIdentity = _config.Lock.Identity,
            LeaseDurationSeconds = (int)_config.LeaseDuration.TotalSeconds,
            AcquireTime = now,
            RenewTime = now,
        };
        LeaderElectionRecord current;
        try
        {
            current = await _config.Lock.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpOperationException e) when (e.Response?.StatusCode == HttpStatusCode.NotFound)
        {
            return await _config.Lock.CreateAsync(wanted, cancellationToken).ConfigureAwait(false) && Observe(wanted);
        }

        if (!Equals(_observed, current))
        {
            Observe(current);
        }

        var silent = Environment.TickCount64 - _observedAt >= (long)_config.LeaseDuration.TotalMilliseconds;
        if (!IsLeader() && !string.IsNullOrEmpty(current?.HolderIdentity) && !silent)
        {
            return false;
        }

        wanted.LeaderTransitions = current?.LeaderTransitions ?? 0;
        if (IsLeader())
        {
            wanted.AcquireTime = current?.AcquireTime ?? now;
        }
        else
        {
            wanted.LeaderTransitions++;
        }

        return await _config.Lock.UpdateAsync(wanted, cancellationToken).ConfigureAwait(false) && Observe(wanted);
    }

    private bool Observe(LeaderElectionRecord record)
    {
        _observed = record;
        _observedAt = Environment.TickCount64;
        return true;
    }

    private void ReportNewLeader()
    {
        var leader = _observed?.HolderIdentity;
        if (leader is null || leader == _reported)
        {
            return;
        }

        _reported = leader;
        OnNewLeader?.Invoke(leader);
    }
}
