using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests;

/// <summary>Hosts for the tests of decisions; a builder sets only what its sentence mentions.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);
    public static readonly HostOptions Options = new();
    public static readonly Image Ubuntu = new() { Url = "http://images/ubuntu.raw", Checksum = "aa", Format = ImageFormat.Raw };
    public static readonly Image Fedora = new() { Url = "http://images/fedora.raw", Checksum = "bb", Format = ImageFormat.Raw };

    /// <summary>An object that was just created, with BMC details, wanted on.</summary>
    public static Scene Host() => new(
        new()
        {
            Host = new("metal", "host-0", "uid-0"),
            ResourceVersion = "100",
            Generation = 1,
            Claimed = true,
            Spec = new() { Online = true, Bmc = new() { Address = "redfish://10.0.0.1/1", CredentialsName = "bmc" } },
            Related = new([new("bmc-secret", "7")]),
        },
        new());
}

/// <summary>What is wanted of a host and what is known of it, in sentences.</summary>
internal sealed record Scene(HostSnapshot Desired, ObservedHost Observed)
{
    public HostAction Next => HostDecisions.Next(Desired, Known.Observed, Given.Options, Given.Now);

    /// <summary>Intake and registration are looked after, unless the sentence says otherwise.</summary>
    public Scene Known
    {
        get
        {
            var seen = Observed with { IntakeOf = Observed.IntakeOf ?? HostDecisions.IntakeKey(Desired, Observed) };
            return this with
            {
                Observed = seen.Registered is "no" ? seen with { Registered = null } : seen with { Registered = HostDecisions.RegisteredMark(Desired, seen) },
            };
        }
    }

    public override string ToString() => $"{Desired}\n{Observed}";

    public HostAction NextWith(HostOptions options) => HostDecisions.Next(Desired, Known.Observed, options, Given.Now);

    public Scene In(ProvisioningState state) => With(status => status with
    {
        LastUpdated = Given.Now,
        OperationalStatus = OperationalStatus.Ok,
        Provisioning = status.Provisioning with { State = state, Id = "node-0" },
    }).Knowing(observed => observed with
    {
        CredentialsSeen = ["7"],
        Firmware = new() { Known = true, Valid = true },
        FirmwareReadAt = Given.Now,
        Node = new() { NodeId = "node-0", State = "x", Phase = NodePhase.Manageable, PoweredOn = observed.Status.PoweredOn },
    });

    public Scene Unregistered() => Knowing(observed => observed with { Registered = "no" });

    public Scene On(bool on = true) => With(status => status with { PoweredOn = on })
        .Knowing(observed => observed with { Node = observed.Node is { } node ? node with { PoweredOn = on } : null });

    public Scene Online(bool online) => Wanting(spec => spec with { Online = online });

    public Scene Wanting(Image? image) => Wanting(spec => spec with { Image = image });

    public Scene WantingDeploy(string? method) =>
        Wanting(spec => spec with { CustomDeploy = method is null ? null : new() { Method = method } });

    public Scene Wanting(Func<BareMetalHostSpec, BareMetalHostSpec> change) => this with { Desired = Desired with { Spec = change(Desired.Spec) } };

    public Scene Running(Image image) => With(status => status with { Provisioning = status.Provisioning with { Image = image } });

    public Scene RunningDeploy(string method) =>
        With(status => status with { Provisioning = status.Provisioning with { CustomDeploy = new() { Method = method } } });

    public Scene Annotated(string key, string value = "") => this with { Desired = Desired with { Annotations = Desired.Annotations.With(key, value) } };

    public Scene Deleted() => this with { Desired = Desired with { DeletionTimestamp = Given.Now } };

    public Scene Failing(ErrorType type, int count = 1) => With(status => status with
    {
        OperationalStatus = OperationalStatus.Error,
        ErrorType = type,
        ErrorMessage = "it failed",
        ErrorCount = count,
    });

    public Scene Being(OperationalStatus status) => With(before => before with { OperationalStatus = status });

    public Scene With(Func<BareMetalHostStatus, BareMetalHostStatus> change) =>
        this with { Observed = Observed with { Status = change(Observed.Status) } };

    public Scene Knowing(Func<ObservedHost, ObservedHost> change) => this with { Observed = change(Observed) };
}

/// <summary>What a decision came to, as the tables say it.</summary>
internal static class Came
{
    public static Lifecycle ToRun(HostAction action) => Assert.IsType<HostAction.Run>(action).Lifecycle;

    public static Change ToPublish(HostAction action) => Assert.IsType<HostAction.Publish>(action).Change;

    public static ProvisioningState ToState(HostAction action) => ToPublish(action).Observed.State;

    public static HostAction.Rest ToRest(HostAction action) => Assert.IsType<HostAction.Rest>(action);
}
