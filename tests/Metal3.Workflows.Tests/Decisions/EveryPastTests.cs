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
    public void Without_a_change_of_the_desired_side_every_host_comes_to_rest() => ForEvery(host => ComesToRest(host, null));

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
    public void A_deletion_always_ends(bool works) => ForEvery(host => DeletionEnds(host, works, null));

    [Fact]
    public void Nothing_is_destroyed_without_cause() => ForEvery(host => DestroysWithCause(host, null));

    /// <summary>Decisions that are wrong in one point each; the properties must notice.</summary>
    public static TheoryData<string, string> Mistakes => new()
    {
        { "total", "throws in preparing" },
        { "rest", "adopts for ever" },
        { "rest", "begins a failed lifecycle anew without a pause" },
        { "deletion", "rests where a deletion should power off" },
        { "deletion", "never releases" },
        { "cause", "takes a provisioned host back" },
        { "cause", "deletes what nobody deletes" },
        { "cause", "inspects a machine in use" },
        { "cause", "provisions while offline" },
        { "cause", "acts while paused" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_noticed(string property, string mistake)
    {
        HostAction Decide(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
        {
            var state = observed.State;
            return mistake switch
            {
                "throws in preparing" when state == ProvisioningState.Preparing => throw new InvalidOperationException("no such case"),
                "adopts for ever" when state == ProvisioningState.Provisioned && !desired.Deleting => new HostAction.Run(Lifecycle.Adopt),
                "begins a failed lifecycle anew without a pause" when observed.Setback is { Until: { } until } && until > now =>
                    new HostAction.Publish(Change.Of(observed)),
                "rests where a deletion should power off" when state == ProvisioningState.PoweringOffBeforeDelete => new HostAction.Rest(),
                "never releases" when desired.Deleting && state == ProvisioningState.Deleting => new HostAction.Publish(Change.Of(observed)),
                "takes a provisioned host back" when state == ProvisioningState.Provisioned && !desired.IsPaused() => new HostAction.Run(Lifecycle.Deprovision),
                "deletes what nobody deletes" when state == ProvisioningState.Deleting => new HostAction.Run(Lifecycle.Delete),
                "inspects a machine in use" when state == ProvisioningState.Provisioned && desired.IsInspectionRequested() && !desired.IsPaused() =>
                    new HostAction.Run(Lifecycle.Inspect),
                "provisions while offline" when state == ProvisioningState.Available && !desired.Spec.Online && !desired.IsPaused() =>
                    new HostAction.Run(Lifecycle.Provision),
                "acts while paused" when desired.IsPaused() && state == ProvisioningState.Preparing => new HostAction.Run(Lifecycle.Prepare),
                _ => HostDecisions.Next(desired, observed, options, now),
            };
        }

        Func<Scene, bool> holds = property switch
        {
            "total" => host => Decide(host.Desired, host.Observed, Given.Options, Given.Now) is not null,
            "rest" => host => ComesToRest(host, Decide),
            "deletion" => host => DeletionEnds(host, works: true, Decide),
            _ => host => DestroysWithCause(host, Decide),
        };

        Assert.ThrowsAny<Exception>(() => Prop.ForAll(AnyHost.Scenes.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000)));
    }

    [Fact]
    public void Every_action_lifecycle_wait_and_state_is_met_among_the_pasts()
    {
        var actions = new HashSet<Type>();
        var lifecycles = new HashSet<Lifecycle>();
        var waits = new HashSet<WaitKind>();
        var first = new HashSet<(string State, string Action)>();
        foreach (var host in AnyHost.Scenes.Sample(20_000))
        {
            var life = new Life(host);
            life.Live(Enough);
            actions.UnionWith(life.Actions.Select(action => action.GetType()));
            lifecycles.UnionWith(life.Lifecycles);
            waits.UnionWith(life.Actions.OfType<HostAction.Rest>().Select(rest => rest.Why?.Kind).OfType<WaitKind>());
            first.Add((host.Observed.State.Word, life.Actions[0].GetType().Name));
        }

        Assert.Equal(
            typeof(HostAction).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(HostAction))).Select(type => type.Name).Order(),
            actions.Select(type => type.Name).Order());
        Assert.Equal(Enum.GetValues<Lifecycle>().Order(), lifecycles.Order());
        Assert.Superset(new HashSet<WaitKind> { WaitKind.Backoff, WaitKind.Operator, WaitKind.Object }, waits);
        Assert.All(ProvisioningState.Known, state => Assert.True(
            first.Count(one => one.State == state.Word && one.Action is not "Intake") > 1, $"little is decided about '{state.Word}'"));
    }

    private static bool ComesToRest(Scene host, Decider? decide)
    {
        var life = new Life(host, decide: decide);
        return life.Live(Enough) ? true : throw new InvalidOperationException(string.Join('\n', life.Story));
    }

    private static bool DeletionEnds(Scene host, bool works, Decider? decide)
    {
        if (host.Desired.IsPaused() || host.Desired.Detach() is { DelaysDeletion: true })
        {
            return true; // somebody asked to wait
        }

        var deleted = host.Deleted();
        if (deleted.Observed.Setback is { Abandoned: true } setback && setback.Desired == HostDecisions.DesiredKey(deleted.Desired))
        {
            return true; // somebody abandoned the deletion itself
        }

        var life = new Life(deleted, works: works, decide: decide);
        life.Live(Enough);
        return life.Ended ? true : throw new InvalidOperationException(string.Join('\n', life.Story));
    }

    private static bool DestroysWithCause(Scene host, Decider? decide)
    {
        var life = new Life(host, decide: decide);
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
    }

    private static void ForEvery(Func<Scene, bool> holds) => Prop.ForAll(AnyHost.Scenes.ToArbitrary(), holds).Check(Many);
}
