using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using Metal3.CrdBridge.Delivery;
using Metal3.CrdBridge.Serving;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge.Leading;

/// <summary>Watches while this process may: always, or while it holds the lease.</summary>
internal sealed class BridgeService(
    IOptions<BridgeOptions> options,
    BridgeKubernetes kubernetes,
    BridgeTemporal temporal,
    HostMessenger messenger,
    ClusterGuard guard,
    BridgeMetrics metrics,
    BridgeState state,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<BridgeService> logger) : BackgroundService
{
    private readonly BridgeOptions _options = options.Value;
    private readonly string _identity = $"{Environment.MachineName}_{Guid.NewGuid():N}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            if (_options.EnableLeaderElection)
            {
                await StandForElectionAsync(stoppingToken);
            }
            else
            {
                await LeadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // told to stop
        }
        catch (WrongClusterException e)
        {
            logger.WrongCluster(e.Message);
            Fail(ExitCodes.WrongCluster);
        }
        catch (Exception e)
        {
            logger.Broken(e);
            Fail(ExitCodes.Failure);
        }
    }

    private void Fail(int exitCode)
    {
        state.ExitCode = exitCode;
        lifetime.StopApplication();
    }

    private async Task StandForElectionAsync(CancellationToken cancellation)
    {
        var ns = _options.LeaseNamespace ?? (kubernetes.Namespace is { Length: > 0 } own ? own : "default");
        var leaseLock = new LeaseLock(kubernetes.Client, ns, _options.LeaseName, _identity);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            await ServeTermAsync(leaseLock, cancellation);
        }
    }

    /// <summary>Waits for the lease, leads while it holds, and returns when it is lost.</summary>
    private async Task ServeTermAsync(LeaseLock leaseLock, CancellationToken cancellation)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var campaign = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = Task.CompletedTask;
        using var elector = new LeaderElector(new LeaderElectionConfig(leaseLock)
        {
            LeaseDuration = TimeSpan.FromSeconds(_options.LeaseDurationSeconds),
            RenewDeadline = TimeSpan.FromSeconds(_options.RenewDeadlineSeconds),
            RetryPeriod = TimeSpan.FromSeconds(_options.RetryPeriodSeconds),
        });
        elector.OnError += e => logger.LeaseFailed(leaseLock.Describe(), e);
        elector.OnNewLeader += logger.NewLeader;
        elector.OnStartedLeading += () => work = LeadUntilAsync();
        try
        {
            await elector.RunUntilLeadershipLostAsync(campaign.Token);
        }
        catch (OperationCanceledException) when (campaign.IsCancellationRequested)
        {
            // told to stop, or the work itself gave up: the next lines say which
        }
        finally
        {
            await term.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (elector.IsLeader())
            {
                await ReleaseAsync(leaseLock);
            }
        }

        if (work.IsFaulted)
        {
            await work;
        }

        async Task LeadUntilAsync()
        {
            await Task.Yield();
            try
            {
                await LeadAsync(term.Token);
            }
            finally
            {
                await campaign.CancelAsync(); // whatever ended it, others may lead now
            }
        }
    }

    /// <summary>Hands the lease over at once, instead of letting the others wait until it is over.</summary>
    private async Task ReleaseAsync(LeaseLock leaseLock)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
            var record = await leaseLock.GetAsync(patience.Token);
            if (record.HolderIdentity == _identity)
            {
                record.HolderIdentity = null;
                record.LeaseDurationSeconds = 1;
                await leaseLock.UpdateAsync(record, patience.Token);
            }
        }
        catch (Exception e)
        {
            logger.NotReleased(leaseLock.Describe(), e);
        }
    }

    private async Task LeadAsync(CancellationToken cancellation)
    {
        logger.Leads(_identity);
        state.IsLeader = true;
        try
        {
            await ConnectAsync(cancellation);
            var session = new WatchSession(_options, kubernetes, messenger, guard, metrics, time, logger);
            state.Session = session;
            await session.RunAsync(cancellation);
        }
        finally
        {
            state.Session = null;
            state.IsLeader = false;
            logger.LeadsNoMore(_identity);
        }
    }

    /// <summary>Nothing is watched before Kubernetes and Temporal are known to belong together.</summary>
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                var cluster = await guard.CheckAsync(cancellation);
                state.IsConnected = true;
                logger.Connected(cluster, temporal.Address);
                return;
            }
            catch (Exception e) when (e is not WrongClusterException && !cancellation.IsCancellationRequested)
            {
                var pause = Pause.After(failures, _options.LongestPause);
                logger.NotConnected(temporal.Address, failures, pause, e.Message, BridgeLog.Unexpected(e));
                await Task.Delay(pause, time, cancellation);
            }
        }
    }
}
