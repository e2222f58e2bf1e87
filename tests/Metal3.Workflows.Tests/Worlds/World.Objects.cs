using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Tests.Worlds;

/// <content>The objects in Kubernetes.</content>
public sealed partial class World
{
    private bool _hasHardware;

    public bool SecretExists { get; set; } = true;

    /// <summary>The secret lacks a password.</summary>
    public bool SecretIsIncomplete { get; set; }

    /// <summary>The credentials in the secret are the BMC's.</summary>
    public bool PasswordIsRight { get; set; } = true;

    public string? SecretVersion { get; set; } = "7";

    /// <summary>What HostFirmwareSettings asks for; null: nothing.</summary>
    public string? Settings { get; set; }

    public int SettingsVersion { get; set; } = 1;

    public bool SettingsAreInvalid { get; set; }

    public bool PolicyOnReboot { get; set; }

    /// <summary>Whether the machine ever takes its settings.</summary>
    public bool SettingsStick { get; set; } = true;

    public string? MachineSettings { get; set; }

    public PreprovisioningImageState? ImageState { get; set; }

    /// <summary>Makes every write of status fail this way.</summary>
    public string? StatusRefused { get; set; }

    /// <summary>The API server takes no status of this state for now; null: it takes all.</summary>
    public string? StatusStuckAt { get; set; }

    public bool Released { get; private set; }

    /// <summary>How often the firmware settings were read.</summary>
    public int FirmwareRead { get; private set; }

    public IntakeResult Intake(IntakeRequest request)
    {
        Task? told = null;
        lock (_gate)
        {
            var host = Same(request.Host);
            string? refused = null;
            var restored = false;
            var metadata = host.Metadata;
            if (metadata.Annotation(AnnotationKeys.Paused) is null)
            {
                if (metadata.Annotation(AnnotationKeys.Status) is { } text)
                {
                    if (host.Status?.LastUpdated is not null)
                    {
                        host = Without(host, AnnotationKeys.Status);
                    }
                    else
                    {
                        try
                        {
                            host = Without(host with { Status = Metal3Json.Deserialize<BareMetalHostStatus>(text)! with { LastUpdated = request.Now } }, AnnotationKeys.Status);
                            restored = true;
                            States.Add(host.Status!.Provisioning.State.Word);
                        }
                        catch (System.Text.Json.JsonException)
                        {
                            refused = "the status annotation is no JSON";
                        }
                    }
                }

                if (refused is null && metadata.DeletionTimestamp is null && metadata.Finalizers?.Contains(FinalizerNames.Host) is not true)
                {
                    host = host with { Metadata = host.Metadata with { Finalizers = [.. host.Metadata.Finalizers ?? [], FinalizerNames.Host] } };
                }
            }

            if (!ReferenceEquals(host, _host))
            {
                _host = host with { Metadata = host.Metadata with { ResourceVersion = NextVersion() } };
                told = TellAsync();
            }

            return new()
            {
                Snapshot = HostSnapshot.From(_host!),
                Restored = restored,
                Refused = refused,
                HardwareHash = _hasHardware ? "hardware-1" : null,
                Architecture = _hasHardware ? "x86_64" : null,
                Options = Options,
            };
        }
    }

    public ClaimedCredentials ClaimCredentials(ClaimCredentialsRequest request)
    {
        lock (_gate)
        {
            var host = Same(request.Host);
            var name = host.Spec!.Bmc.CredentialsName;
            if (request.Deleting && (!SecretExists || SecretIsIncomplete || name.Length == 0))
            {
                return new() { Name = SecretExists ? name : "" };
            }

            if (name.Length == 0)
            {
                throw Failed(FailureTypes.CredentialsInvalid, "spec.bmc.credentialsName is empty");
            }

            if (!SecretExists)
            {
                throw Failed(FailureTypes.CredentialsMissing, $"the secret {name} does not exist", retryable: true);
            }

            if (host.Spec.Bmc.Address.Length == 0)
            {
                throw Failed(FailureTypes.CredentialsInvalid, "spec.bmc.address is empty");
            }

            if (SecretIsIncomplete)
            {
                throw Failed(FailureTypes.CredentialsInvalid, $"the secret {name} has no password");
            }

            if (SecretVersion is "7")
            {
                SecretVersion = "8"; // our own label
                _ = TellAsync();
            }

            return new() { Name = name, Version = SecretVersion!, Usable = true };
        }
    }

    /// <summary>A user pauses the host just before the write that carries this event; null: nobody does.</summary>
    public string? PauseBeforeEvent { get; set; }

    public PublishResult Publish(PublishRequest request)
    {
        if (PauseBeforeEvent is { } reason && request.Events.Any(e => e.Reason == reason))
        {
            PauseBeforeEvent = null;
            _ = AnnotateAsync(AnnotationKeys.Paused);
        }

        lock (_gate)
        {
            var host = Same(request.Host);
            if (host.Metadata.Annotation(AnnotationKeys.Paused) is not null)
            {
                return new() { Paused = true };
            }

            if (request.Status.Provisioning.State.Word == StatusStuckAt)
            {
                throw Failed("Unavailable", "the API server is away", retryable: true);
            }

            if (StatusRefused is { } refused)
            {
                throw Failed(FailureTypes.KubernetesRefused, refused);
            }

            Writes++;
            var before = States.LastOrDefault();
            if (before != request.Status.Provisioning.State.Word)
            {
                States.Add(request.Status.Provisioning.State.Word);
            }

            if (OperationalStatuses.LastOrDefault() != request.Status.OperationalStatus.Word)
            {
                OperationalStatuses.Add(request.Status.OperationalStatus.Word);
            }

            _host = host with { Status = request.Status };
            Events.AddRange(request.Events.Select(e => e.Reason));
            EventTexts.AddRange(request.Events.Select(e => $"{e.Reason}: {e.Message}"));
            Metrics.AddRange(request.Metrics.Select(m => m.Name));
        }

        Changed();
        return new() { Written = true, Options = request.CodeRevision == Options.CodeRevision ? null : Options };
    }

    public void RemoveAnnotations(RemoveAnnotationsRequest request)
    {
        lock (_gate)
        {
            var host = Same(request.Host);
            foreach (var (key, value) in request.Annotations)
            {
                host = host.Metadata.Annotation(key) == value ? Without(host, key) : host;
            }

            if (ReferenceEquals(host, _host))
            {
                return;
            }

            _host = host with { Metadata = host.Metadata with { ResourceVersion = NextVersion() } };
        }

        _ = TellAsync();
    }

    public void RecordHold(RecordHoldRequest request)
    {
        lock (_gate)
        {
            var host = Same(request.Host);
            var annotations = host.Metadata.Annotations ?? ValueMap<string>.Empty;
            _host = host with
            {
                Metadata = host.Metadata with
                {
                    ResourceVersion = NextVersion(),
                    Annotations = request.Hold is { } hold
                        ? annotations.With(AnnotationKeys.Hold, System.Text.Json.JsonSerializer.Serialize(hold, System.Text.Json.JsonSerializerOptions.Web))
                        : annotations.Without(AnnotationKeys.Hold),
                },
            };
        }

        _ = TellAsync();
    }

    public FirmwareState RefreshFirmware(NodeRequest request)
    {
        lock (_gate)
        {
            _ = Same(request.Host);
            FirmwareRead++;
            return new()
            {
                Known = true,
                Valid = !SettingsAreInvalid,
                ChangeDetected = Settings is not null && Settings != MachineSettings,
                WantedHash = Settings,
                OnReboot = PolicyOnReboot,
                Version = HostDecisions.FirmwareVersion(HostSnapshot.From(_host!, Related)),
            };
        }
    }

    public PreprovisioningImageState EnsurePreprovisioningImage(NodeRequest request)
    {
        _ = Same(request.Host);
        return ImageState ?? new(PreprovisioningImageReadiness.Ready);
    }

    public void Release(NodeRequest request)
    {
        lock (_gate)
        {
            _ = Same(request.Host);
            Released = true;
            _host = null;
        }

        Changed();
    }

    public HostSnapshot Read(HostKey host)
    {
        lock (_gate)
        {
            return HostSnapshot.From(Same(host), Related);
        }
    }

    internal static ApplicationFailureException Failed(string type, string message, bool retryable = false) =>
        new(message, type, nonRetryable: !retryable, details: ["raw: " + message]);

    private static BareMetalHost Without(BareMetalHost host, string key) =>
        host with { Metadata = host.Metadata with { Annotations = host.Metadata.Annotations!.Without(key) } };

    private BareMetalHost Same(HostKey key)
    {
        lock (_gate)
        {
            return _host is { } host && host.Metadata.Uid == key.Uid ? host : throw Failed(FailureTypes.HostGone, $"{key} is gone");
        }
    }
}
