using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Ironic.Contract;

/// <summary>Machines whose ramdisk never calls: what waits can be stopped, and left.</summary>
public abstract class WaitingContract(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_waiting_inspection_is_aborted_and_says_so()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var life = await RegisteredAsync(process);
        await process.Provisioner.InspectAsync(life.Input(), refresh: false, force: false, Cancellation);
        await UntilAsync(process, life, States.InspectWait);

        var locked = await process.Provisioner.InspectAsync(life.Input(), refresh: false, force: false, Cancellation);
        await life.UntilDoneAsync(() => process.Provisioner.AbortAsync(life.Input(), Cancellation));
        var stopped = await process.Provisioner.LookAsync(life.Input(), Cancellation);
        await life.RemoveAsync();

        Assert.Equal(NodeProgress.Running, locked.Progress);
        Assert.Equal(States.InspectFailed, stopped.State);
        Assert.Contains("aborted", stopped.LastError, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_waiting_deployment_is_taken_back_or_removed_by_force()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var life = await RegisteredAsync(process, cleaning: false);
        await life.MakeAvailableAsync();
        var input = life.DeployInput(Life.DeployIntent());
        await life.UntilDoneAsync(() => process.Provisioner.WriteDeployIntentAsync(input, Cancellation));
        await process.Provisioner.DeployAsync(input, Cancellation);
        await UntilAsync(process, life, States.WaitCallBack);

        var waits = await process.Provisioner.RemoveAsync(life.Input(), force: false, Cancellation);
        await life.UntilDoneAsync(() => process.Provisioner.UndeployAsync(
            life.Input(), AutomatedCleaningMode.Disabled, Cancellation));

        Assert.Equal(NodeProgress.Running, waits.Progress);
        Assert.Equal(NodePhase.Available, life.Last!.Phase);
        await life.UntilDoneAsync(() => process.Provisioner.RemoveAsync(life.Input(), force: true, Cancellation));
    }

    [Fact]
    public async Task A_waiting_cleaning_is_aborted_for_removal()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var life = await RegisteredAsync(process);
        await process.Provisioner.MakeAvailableAsync(life.Input(), Cancellation);
        await UntilAsync(process, life, States.CleanWait);

        var off = await process.Provisioner.SetPowerAsync(
            new PowerInput { Host = life.Input().Host, NodeId = life.NodeId, On = false }, Cancellation);
        await life.UntilDoneAsync(() => process.Provisioner.RemoveAsync(life.Input(), force: true, Cancellation));

        Assert.Equal(NodeProgress.Running, off.Progress);
        var gone = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.LookAsync(life.Input(), Cancellation));
        Assert.Equal(FailureTypes.NodeMissing, gone.Type);
    }

    private async Task<Life> RegisteredAsync(Bench process, bool cleaning = true)
    {
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, cleaning
            ? spec
            : spec with { AutomatedCleaningMode = AutomatedCleaningMode.Disabled });
        await life.RegisterAsync();
        return life;
    }

    /// <summary>Waits, by the listing, until the node rests in a state that waits for its ramdisk.</summary>
    private static async Task UntilAsync(Bench process, Life life, string state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var listing = await process.Watcher.ListingAsync(TimeSpan.Zero, patience.Token);
            if (listing.Nodes[life.NodeId!] is { Reservation: null or "" } node && node.ProvisionState == state)
            {
                return;
            }
        }
    }
}

/// <summary>Over the simulator.</summary>
public sealed class SimulatedWaitingTests(SimulatedSiteWithoutAgents site) : WaitingContract(site);

/// <summary>Over a real Ironic.</summary>
public sealed class RealWaitingTests(RealSiteWithoutAgents site) : WaitingContract(site);
