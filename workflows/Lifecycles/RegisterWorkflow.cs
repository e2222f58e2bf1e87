using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.RootDevices;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Makes the provisioner know the host and proves access to its BMC; also in place, for a host in any later state.</summary>
[Workflow("RegisterWorkflow")]
public sealed class RegisterWorkflow : LifecycleWorkflow
{
    private bool _imageNeeded;
    private bool _isOutdated;
    private HostSnapshot _brought;
    private string? _diagnosis;

    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public RegisterWorkflow(LifecycleRequest request)
        : base(request) => _brought = request.Desired;

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.RegistrationError;

    /// <summary>A registration that failed stays failed until access is proven, not until the next attempt begins.</summary>
    protected override bool ClearsErrors => false;

    private bool InPlace => Observed.State != ProvisioningState.Registering;

    /// <summary>Registers the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(RegisterAsync);

    private async Task RegisterAsync()
    {
        if (InPlace && (Observed.Status.ErrorType == ErrorType.RegistrationError || !HostDecisions.CredentialsAreSeen(Desired, Observed)))
        {
            Observed = Observed.BeginRegistration(Now);
        }

        var changed = false;
        var proven = false;
        var fresh = false;
        do
        {
            var credentials = await ClaimCredentialsAsync();
            if (!credentials.Usable)
            {
                // Only a deletion gets here: it goes on without the BMC.
                Observed = Observed with { CredentialsUnusable = true, Registered = HostDecisions.RegisteredMark(Desired, Observed) };
                return;
            }

            _brought = Desired;
            _isOutdated = false;
            (changed, proven) = Try(credentials, changed);
            var ensured = await EnsureNodeAsync(changed);
            if (!InPlace && Observed.Status.ErrorType is null)
            {
                Observed = Observed.ClearError(); // as upstream: OK from the moment the back end has taken the host up
            }

            fresh |= ensured.Answer.Node?.Phase is NodePhase.Unverified || ensured.Answer.Progress is not NodeProgress.Done;
            await ValidateAsync(changed);
            if (!_isOutdated)
            {
                await ChooseProfileAsync();
            }

            if (!_isOutdated && InPlace && !fresh && (changed || ensured.AccessWritten) && !Desired.Deleting)
            {
                await TestCredentialsAsync();
            }
        }
        while (_isOutdated);

        if (!Desired.Deleting)
        {
            await RunAsync(HostSteps.EnsureCompanions, attempt =>
                ObjectsAsync(objects => objects.EnsureCompanionsAsync(Plain(false)), HostSteps.EnsureCompanions.Title, attempt.Cancellation));
        }

        if (!proven)
        {
            Tell("BMCAccessValidated", "Verified access to BMC");
        }

        if (!proven || Observed.Status.ErrorType == ErrorType.RegistrationError || Observed.Status.OperationalStatus == OperationalStatus.None
            || Observed.Status.OperationalStatus == OperationalStatus.Discovered)
        {
            Observed = Observed.ClearError();
        }

        if (InPlace)
        {
            Apply(Observed.EndRegistration(Desired.Host, Now));
        }

        Observed = Observed with { Status = Observed.Status with { GoodCredentials = Observed.Status.TriedCredentials } };

        // What was brought counts, not what is wanted by now: a change since then is the next registration's.
        Observed = Observed with { Registered = HostDecisions.RegistrationKey(_brought, Observed) };
        if (InPlace)
        {
            await PublishAsync("tell that the host is registered");
        }
    }

    /// <summary>Notes credentials as tried.</summary>
    /// <param name="credentials">What the secret holds.</param>
    /// <param name="changedBefore">Whether an earlier round of this registration already brought other ones.</param>
    private (bool Changed, bool Proven) Try(ClaimedCredentials credentials, bool changedBefore)
    {
        var tried = Observed.Status.TriedCredentials;
        var differ = tried.CredentialsVersion != credentials.Version || tried.Credentials?.Name != credentials.Name;
        if (differ)
        {
            Count("metal3_credentials_updated_total");
        }

        var reference = new CredentialsStatus
        {
            Credentials = new() { Name = credentials.Name, Namespace = Desired.Host.Namespace },
            CredentialsVersion = credentials.Version,
        };
        var proven = !differ && !changedBefore && Observed.Status.GoodCredentials == tried;
        Observed = Observed with
        {
            CredentialsUnusable = false,
            CredentialsSeen = Desired.Related.TryGetValue("bmc-secret", out var before) && before != credentials.Version
                ? [before, credentials.Version]
                : [credentials.Version],
            Status = Observed.Status with { TriedCredentials = reference },
        };
        return (differ || changedBefore, proven);
    }

    private async Task<ClaimedCredentials> ClaimCredentialsAsync()
    {
        var missing = false;
        return await RunAsync(
            HostSteps.ClaimCredentials,
            attempt => missing
                ? UntilThereAsync(
                    attempt,
                    new()
                    {
                        Step = StepNames.ClaimCredentials,
                        Kind = WaitKind.Object,
                        For = Observed.Status.ErrorMessage,
                        Since = Now,
                        EndsWith = "creating the secret, another spec.bmc.credentialsName, or retry",
                        NextAction = "the secret is looked for every ten seconds",
                    },
                    looking => ClaimOnceAsync(Calls.ObjectsUntilThere(HostSteps.ClaimCredentials.Title, looking)))
                : ClaimOnceAsync(Calls.Objects(HostSteps.ClaimCredentials.Title, attempt.Cancellation)),
            onPassing: async failure =>
            {
                if (failure.Type is not (FailureTypes.CredentialsMissing or FailureTypes.CredentialsInvalid))
                {
                    return false;
                }

                Remember(HostSteps.ClaimCredentials, failure);

                // One count and one event for one problem, however long it lasts; upstream repeats both every ten seconds.
                if (Observed.Status.ErrorType != ErrorType.RegistrationError || Observed.Status.ErrorMessage != failure.Message)
                {
                    var change = Observed.Fail(ErrorType.RegistrationError, failure.Message);
                    Apply(new(change.Observed, [new("BMCCredentialError", failure.Message)],
                    [
                        new(failure.Type is FailureTypes.CredentialsMissing
                            ? "metal3_credentials_missing_total"
                            : "metal3_credentials_invalid_total"),
                    ]));
                }

                await PublishAsync("tell that the credentials cannot be used");
                if (failure.Type is FailureTypes.CredentialsMissing)
                {
                    missing = true;
                    return true;
                }

                // The bridge tells of every change; the pause is only for one that was missed.
                await AwaitCorrectionAsync(
                    HostSteps.ClaimCredentials, failure, "correcting the secret or spec.bmc, or retry", Patience.ObjectPause * 10);
                return true;
            });
    }

    private Task<ClaimedCredentials> ClaimOnceAsync(ActivityOptions options) => Workflow.ExecuteActivityAsync(
        (IHostObjectActivities objects) => objects.ClaimCredentialsAsync(new() { Host = Desired.Host, Deleting = Desired.Deleting }), options);

    private async Task ChooseProfileAsync()
    {
        var status = Observed.Status;
        var profile = HardwareProfiles.Choose(Desired.Spec, status.HardwareProfile);
        while (!HardwareProfiles.IsKnown(profile))
        {
            Apply(Observed.Fail(
                ErrorType.RegistrationError,
                $"the hardware profile '{profile}' is not known; set spec.hardwareProfile to unknown, libvirt, dell, dell-raid, openstack or empty"));
            await PublishAsync("tell that the hardware profile is not known");
            await WaitAsync(
                HostSteps.EnsureNode,
                new()
                {
                    Step = StepNames.EnsureNode,
                    Kind = WaitKind.Object,
                    For = Observed.Status.ErrorMessage,
                    Since = Now,
                    EndsWith = "another spec.hardwareProfile",
                },
                () => false);
            profile = HardwareProfiles.Choose(Desired.Spec, status.HardwareProfile);
        }

        if (status.HardwareProfile != profile)
        {
            Tell("ProfileSet", $"Hardware profile set: {profile}");
        }

        Observed = Observed with
        {
            Status = Observed.Status with
            {
                HardwareProfile = profile,
                Provisioning = Observed.Status.Provisioning with { RootDeviceHints = RootDevice.InForce(Desired.Spec, profile) },
            },
        };
    }

    private async Task<EnsuredNode> EnsureNodeAsync(bool changed)
    {
        while (true)
        {
            if (_imageNeeded)
            {
                await EnsureImageAsync();
            }

            var ensured = await RunAsync<EnsuredNode?>(
                Deletable(HostSteps.EnsureNode),
                async attempt =>
                {
                    var request = new EnsureNodeRequest
                    {
                        Host = Desired.Host,
                        NodeId = NodeId.Length == 0 ? null : NodeId,
                        LastSeen = Observed.Node,
                        Restart = attempt.Restart,
                        ProvisioningState = Observed.State.Word,
                        CredentialsChanged = changed,
                        Servicing = Observed.Status.OperationalStatus == OperationalStatus.Servicing,
                        UsesPreprovisioningImage = _imageNeeded,
                    };
                    try
                    {
                        return await AskAsync(nodes => nodes.EnsureNodeAsync(request), HostSteps.EnsureNode.Title, attempt.Cancellation);
                    }
                    catch (ActivityFailureException needed) when (!_imageNeeded && Is(needed, FailureTypes.ImageNeeded))
                    {
                        return null;
                    }
                });
            if (ensured is null)
            {
                _imageNeeded = true;
                continue;
            }

            Take(ensured.Answer);
            var id = ensured.Answer.Node?.NodeId ?? NodeId;
            if (id != NodeId)
            {
                // A node that had to be made anew knows nothing of what the old one was given.
                var isNew = NodeId.Length > 0 || Observed.State != ProvisioningState.Registering;
                Observed = Observed with
                {
                    AdoptionDue = Observed.AdoptionDue || (isNew && HostDecisions.IsDeployed(Observed.State)),
                    Firmware = null,
                    ActualRaidUnknown = Observed.ActualRaidUnknown || (isNew && Observed.State == ProvisioningState.Preparing),
                    Status = Observed.Status with { Provisioning = Observed.Status.Provisioning with { Id = id } },
                };
            }

            Observed = Observed with { UsesVirtualMedia = ensured.UsesVirtualMedia };
            if (ensured.Answer.Node is { Phase: NodePhase.Manageable } && HostDecisions.IsDeployed(Observed.State))
            {
                Observed = Observed with { AdoptionDue = true };
            }

            return ensured;
        }
    }

    private async Task EnsureImageAsync()
    {
        while (true)
        {
            var image = await RunAsync(
                HostSteps.EnsurePreprovisioningImage,
                attempt => ObjectsAsync(
                    objects => objects.EnsurePreprovisioningImageAsync(Plain(false)), HostSteps.EnsurePreprovisioningImage.Title, attempt.Cancellation),
                () => new(PreprovisioningImageReadiness.Ready));
            if (image.Readiness is PreprovisioningImageReadiness.Ready)
            {
                return;
            }

            if (image.Readiness is PreprovisioningImageReadiness.Failed)
            {
                Apply(Observed.Fail(ErrorType.RegistrationError, image.Message ?? "the preprovisioning image cannot be built"));
            }
            else
            {
                Count("metal3_waiting_for_preprov_image_total");
            }

            await PublishAsync("tell that the preprovisioning image is not ready");
            await WaitAsync(
                HostSteps.EnsurePreprovisioningImage,
                new()
                {
                    Step = StepNames.EnsurePreprovisioningImage,
                    Kind = WaitKind.Object,
                    For = image.Message ?? $"the PreprovisioningImage {Desired.Host} is not ready",
                    Since = Now,
                    EndsWith = "the image becoming ready",
                },
                () => false,
                Patience.ObjectPause);
        }
    }

    private async Task ValidateAsync(bool changed)
    {
        var first = changed;
        await OperateAsync(
            Deletable(HostSteps.ValidateBmc),
            HostSteps.AwaitValidation with { Deadline = Patience.Validation },
            async attempt =>
            {
                var restart = attempt.Restart || first;
                first = false;
                if (IsOutdated(attempt))
                {
                    return new NodeAnswer { Progress = NodeProgress.Done, Node = Observed.Node };
                }

                return Observed.Node is { Phase: not (NodePhase.Unverified or NodePhase.Busy) } node
                    ? new NodeAnswer { Progress = NodeProgress.Done, Node = node }
                    : Observed.Node is { Phase: NodePhase.Busy } && InPlace
                        ? new NodeAnswer { Progress = NodeProgress.Done, Node = Observed.Node }
                        : await ValidateOnceAsync(restart, attempt.Cancellation);
            });
    }

    private async Task TestCredentialsAsync()
    {
        var answer = await RunAsync(
            HostSteps.TestCredentials,
            attempt => IsOutdated(attempt)
                ? Task.FromResult<NodeAnswer>(null!)
                : AskAsync(nodes => nodes.TestCredentialsAsync(Plain(attempt.Restart)), HostSteps.TestCredentials.Title, attempt.Cancellation),
            () => null!);
        if (answer is not null)
        {
            Take(answer);
        }
    }

    /// <summary>Whether secret or spec changed since the node was told: what is wrong may have been put right, and the node must hear of it first.</summary>
    private bool IsOutdated(StepAttempt attempt) => _isOutdated = attempt.Number > 1 && !Desired.Deleting
        && (!HostDecisions.CredentialsAreSeen(Desired, Observed) || HostDecisions.RegistrationKey(_brought, Observed) != HostDecisions.RegistrationKey(Desired, Observed));

    /// <inheritdoc/>
    protected override bool IsOvertaken(HostSnapshot then) => base.IsOvertaken(then)
        || (then.Related != Desired.Related && !HostDecisions.CredentialsAreSeen(Desired, Observed));

    private async Task<NodeAnswer> ValidateOnceAsync(bool restart, CancellationToken cancellation)
    {
        try
        {
            return await AskAsync(nodes => nodes.ValidateBmcAsync(Plain(restart)), HostSteps.ValidateBmc.Title, cancellation);
        }
        catch (ActivityFailureException failed) when (Is(failed, FailureTypes.NodeFailed))
        {
            // The back end's text hides what is wrong; the BMC itself tells it, in one attempt.
            _diagnosis = await DiagnoseAsync(cancellation);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override Change RecordFailure(Step step, StepFailure failure)
    {
        var message = _diagnosis is { } diagnosis && step.Name == StepNames.ValidateBmc ? $"{failure.Message} ({diagnosis})" : failure.Message;
        return Observed.Fail(ErrorType.RegistrationError, message);
    }

}
