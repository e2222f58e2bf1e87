using Metal3.Activities.Bmc;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.RootDevices;
using Temporalio.Activities;

namespace Metal3.Activities.Provisioning;

/// <summary>Where the activities find the environment's values that belong to no back end.</summary>
internal sealed record NodeActivitiesOptions
{
    /// <summary><c>IRONIC_EXTERNAL_URL_V6</c>; null if unset.</summary>
    public string? IronicExternalUrlV6 { get; init; }
}

/// <summary>Between Temporal's messages and a back end: reads what the request only refers to, asks, reports.</summary>
internal sealed class NodeActivities(
    IProvisioner provisioner,
    HostInputs inputs,
    IHardwareDataWriter hardware,
    BmcProbe probe,
    NodeActivitiesOptions options) : INodeActivities
{
    private static CancellationToken Cancellation => ActivityExecutionContext.Current.CancellationToken;

    private static bool IsFirstAttempt => ActivityExecutionContext.Current.Info.Attempt == 1;

    /// <inheritdoc/>
    [Activity]
    public Task<EnsuredNode> EnsureNodeAsync(EnsureNodeRequest request) => Failures.ToldAsync(async () =>
    {
        var (input, name, version) = await inputs.EnsureAsync(request, options.IronicExternalUrlV6, Cancellation);
        var ensured = await provisioner.EnsureAsync(input, Cancellation);
        return new EnsuredNode
        {
            Answer = ensured.Answer,
            CredentialsName = name,
            CredentialsVersion = version,
            AccessWritten = ensured.AccessWritten,
            UsesVirtualMedia = input.Bmc.Driver.SupportsIsoPreprovisioningImage,
        };
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> ValidateBmcAsync(NodeRequest request) =>
        Failures.ToldAsync(() => provisioner.ValidateBmcAsync(Input(request), Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> TestCredentialsAsync(NodeRequest request) =>
        Failures.ToldAsync(() => provisioner.TestCredentialsAsync(Input(request), Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> StartInspectionAsync(InspectRequest request) =>
        Failures.ToldAsync(() => provisioner.InspectAsync(Input(request), request.Refresh, request.Force, Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<RecordedHardware> RecordHardwareAsync(NodeRequest request) => Failures.ToldAsync(async () =>
    {
        var details = await provisioner.ReadHardwareAsync(Input(request), Cancellation);
        var host = await inputs.HostAsync(request.Host, Cancellation);
        await hardware.WriteAsync(host, details, Cancellation);
        return new RecordedHardware
        {
            Hash = SafeUrl.Hash(Contracts.Wire.Metal3Json.Serialize(details)),
            Architecture = details.Cpu.Arch,
        };
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> StartPreparationAsync(PrepareRequest request) => GuardedAsync(request, request.Expect, async guard =>
    {
        var host = await inputs.HostAsync(request.Host, Cancellation);
        var spec = host.Spec ?? new BareMetalHostSpec();
        var change = Changes.Preparation(
            HostInputs.Bmc(host).Driver,
            request.HostDirty ? spec.Raid : null,
            request.ActualRaidUnknown ? null : host.Status?.Provisioning.Raid,
            spec.RootDeviceHints is not null,
            request.SettingsDirty ? await inputs.SettingsAsync(request.Host, Cancellation) : null);
        return await provisioner.PrepareAsync(Changing(request, request.Intent, change, guard), Cancellation);
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> MakeAvailableAsync(NodeRequest request) =>
        Failures.ToldAsync(() => provisioner.MakeAvailableAsync(Input(request), Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> WriteDeployIntentAsync(DeployRequest request) => GuardedAsync(request, request.Expect, async guard =>
    {
        var host = await inputs.HostAsync(request.Host, Cancellation);
        var input = Deploying(request, host, guard) with
        {
            PullSecret = await inputs.PullSecretAsync(request.Host.Namespace, host.Spec?.Image, Cancellation),
        };
        return await provisioner.WriteDeployIntentAsync(input, Cancellation);
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> DeployAsync(DeployRequest request) => GuardedAsync(request, request.Expect, async guard =>
    {
        var host = await inputs.HostAsync(request.Host, Cancellation);
        var input = Deploying(request, host, guard);
        if (!InstanceData.IsLive(input))
        {
            input = input with { ConfigDrive = cancellation => inputs.ConfigDriveAsync(host, cancellation) };
        }

        return await provisioner.DeployAsync(input, Cancellation);
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> UndeployAsync(UndeployRequest request) => GuardedAsync(request, request.Expect, async guard =>
    {
        var host = await inputs.HostAsync(request.Host, Cancellation);
        return await provisioner.UndeployAsync(
            Input(request) with { StillWanted = guard }, host.Spec?.AutomatedCleaningMode, Cancellation);
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> AdoptAsync(AdoptRequest request) =>
        Failures.ToldAsync(() => provisioner.AdoptAsync(Input(request), request.Deprovisioning, request.Deleting, Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> StartServiceAsync(ServiceRequest request) => GuardedAsync(request, request.Expect, async guard =>
    {
        var change = Changes.Service(request.SettingsDirty ? await inputs.SettingsAsync(request.Host, Cancellation) : null);
        return await provisioner.ServiceAsync(Changing(request, request.Intent, change, guard), request.HasSpec, Cancellation);
    });

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> SetPowerAsync(PowerRequest request) => Failures.ToldAsync(() => provisioner.SetPowerAsync(
        new PowerInput
        {
            Host = request.Host,
            NodeId = request.NodeId,
            Trusted = IsFirstAttempt ? request.LastSeen : null,
            Restart = request.Restart,
            On = request.On,
            Hard = request.Hard,
            Force = request.Force,
            Deleting = request.Deleting,
            IgnoreError = request.IgnoreError,
        },
        Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> RemoveNodeAsync(RemoveNodeRequest request) => GuardedAsync(
        request,
        request.Expect,
        guard => provisioner.RemoveAsync(Input(request) with { StillWanted = guard }, request.Force, Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeAnswer> AbortAsync(NodeRequest request) =>
        Failures.ToldAsync(() => provisioner.AbortAsync(Input(request), Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<NodeReport> LookAsync(NodeRequest request) =>
        Failures.ToldAsync(() => provisioner.LookAsync(Input(request), Cancellation));

    /// <inheritdoc/>
    [Activity]
    public Task<BmcDiagnosis> ProbeBmcAsync(NodeRequest request) => Failures.ToldAsync(async () =>
    {
        var host = await inputs.HostAsync(request.Host, Cancellation);
        var (_, _, user, password) = await inputs.CredentialsAsync(host, Cancellation);
        return await probe.AskAsync(HostInputs.Bmc(host), user, password, Cancellation);
    });

    private static NodeInput Input(NodeRequest request) => new()
    {
        Host = request.Host,
        NodeId = request.NodeId,
        Trusted = IsFirstAttempt ? request.LastSeen : null,
        Restart = request.Restart,
    };

    private static ChangeInput Changing(
        NodeRequest request, NodeIntent intent, Change change, Func<CancellationToken, Task<bool>> guard) => new()
        {
            Host = request.Host,
            NodeId = request.NodeId,
            Restart = request.Restart,
            StillWanted = guard,
            Intent = intent,
            TargetRaid = change.TargetRaid,
            RaidInterface = change.RaidInterface,
            Steps = change.Steps,
        };

    private static DeployInput Deploying(DeployRequest request, BareMetalHost host, Func<CancellationToken, Task<bool>> guard)
    {
        var spec = host.Spec ?? new BareMetalHostSpec();
        return new DeployInput
        {
            Host = request.Host,
            NodeId = request.NodeId,
            Trusted = IsFirstAttempt ? request.LastSeen : null,
            Restart = request.Restart,
            StillWanted = guard,
            Intent = request.Intent,
            Image = spec.Image is { Url.Length: > 0 } image ? image : null,
            CustomDeploy = spec.CustomDeploy is { Method.Length: > 0 } custom ? custom : null,
            // Of the spec as it is now: what status shows may be older, and the wrong disk cannot be written back.
            Hints = RootDevice.InForce(spec, HardwareProfiles.Choose(spec, host.Status?.HardwareProfile)),
            BootMode = host.Status?.Provisioning.BootMode ?? spec.BootMode,
            Force = request.Force,
        };
    }

    /// <summary>
    /// Hands the work a guard that reads the object again; what the object then says goes back with a superseded answer.
    /// </summary>
    private Task<NodeAnswer> GuardedAsync(
        NodeRequest request, Expectation expected, Func<Func<CancellationToken, Task<bool>>, Task<NodeAnswer>> work) =>
        Failures.ToldAsync(async () =>
        {
            HostSnapshot? fresh = null;
            var answer = await work(async cancellation =>
            {
                (var wanted, fresh) = await inputs.ExpectedAsync(request.Host, expected, cancellation);
                return wanted;
            });
            return answer.Progress is NodeProgress.Superseded ? answer with { Fresh = fresh } : answer;
        });
}
