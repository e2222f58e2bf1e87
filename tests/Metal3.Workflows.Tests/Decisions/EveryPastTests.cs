using FsCheck;
using FsCheck.Fluent;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>What holds for every past, not only for those that we thought of.</summary>
public sealed class EveryPastTests
{
    private const int Enough = 40; // the longest honest story is about twenty steps

    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void Decisions_are_total_and_repeat_themselves() => ForEvery(host =>
    {
        var first = HostDecisions.Next(host.Desired, host.Observed, Given.Options, Given.Now);
        foreach (var lifecycle in Enum.GetValues<Lifecycle>())
        {
            HostDecisions.Supersedes(host.Desired, host.Desired, host.Observed, lifecycle);
        }

        HostConditions.Of(host.Observed, 1, Given.Now);
        return first.GetType() == HostDecisions.Next(host.Desired, host.Observed, Given.Options, Given.Now).GetType();
    });

    [Fact]
    public void Without_a_change_of_the_desired_side_every_host_comes_to_rest() => ForEvery(host =>
    {
        var life = new Life(host);
        return life.Live(Enough) ? true : throw new InvalidOperationException(string.Join('\n', life.Story));
    });

    [Fact]
    public void Even_where_the_machine_never_takes_its_settings() => ForEvery(host =>
    {
        var life = new Life(host, settingsStick: false);
        return life.Live(Enough) ? true : throw new InvalidOperationException(string.Join('\n', life.Story));
    });

    [Fact]
    public void A_host_that_rests_where_something_is_wanted_says_what_for() => ForEvery(host =>
    {
        var life = new Life(host);
        life.Live(Enough);
        return life.Ended || life.Waiting is not null || life.Observed.State != ProvisioningState.Available
            || !Deployment.IsWanted(life.Desired.Spec, life.Observed.Status);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_deletion_always_ends(bool works) => ForEvery(host =>
    {
        if (host.Desired.IsPaused() || host.Desired.Detach() is { DelaysDeletion: true })
        {
            return true; // somebody asked to wait
        }

        var life = new Life(host.Deleted(), works: works);
        life.Live(Enough);
        return life.Ended ? true : throw new InvalidOperationException(string.Join('\n', life.Story));
    });

    [Fact]
    public void Nothing_is_destroyed_without_cause() => ForEvery(host =>
    {
        var life = new Life(host);
        while (true)
        {
            var (desired, observed) = (life.Desired, life.Observed);
            var done = life.Lifecycles.Count;
            if (life.Live(1) && life.Lifecycles.Count == done)
            {
                return true;
            }

            if (life.Lifecycles.Count > done)
            {
                Assert.False(desired.IsPaused());
                switch (life.Lifecycles[^1])
                {
                    case Lifecycle.Deprovision:
                        Assert.True(
                            desired.Deleting || observed.State == ProvisioningState.Deprovisioning
                            || Deployment.IsCancelled(desired.Spec, observed.Status)
                            || (observed.State == ProvisioningState.Provisioning && observed.Status.ErrorType is not null));
                        break;
                    case Lifecycle.Delete:
                        Assert.True(desired.Deleting);
                        break;
                    case Lifecycle.Provision:
                        Assert.True(desired.Spec.Online || observed.State == ProvisioningState.Provisioning);
                        Assert.NotEqual(ProvisioningState.Provisioned, observed.State);
                        Assert.True(!desired.Deleting || desired.Detach() is { DelaysDeletion: true });
                        break;
                    case Lifecycle.Inspect or Lifecycle.Prepare:
                        Assert.False(HostDecisions.IsDeployed(observed.State));
                        Assert.True(!desired.Deleting || desired.Detach() is { DelaysDeletion: true });
                        break;
                }
            }

            if (life.Ended || life.Story.Count > Enough)
            {
                return true;
            }
        }
    });

    private static void ForEvery(Func<Scene, bool> holds) => Prop.ForAll(AnyHost.Scenes.ToArbitrary(), holds).Check(Many);
}
