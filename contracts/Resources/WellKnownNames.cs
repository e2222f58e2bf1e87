namespace Metal3.Contracts.Resources;

/// <summary>Finalizers, one for each reason to keep an object.</summary>
public static class FinalizerNames
{
    /// <summary>On a BareMetalHost, from the first look at it until its node is gone.</summary>
    public const string Host = "baremetalhost.metal3.io";

    /// <summary>On BMC credentials and preprovisioning network data in use.</summary>
    public const string Secret = "baremetalhost.metal3.io/secret";

    /// <summary>On HardwareData, until the host is being deleted.</summary>
    public const string HardwareData = "baremetalhost.metal3.io/hardwareData";

    /// <summary>On a PreprovisioningImage, for the host that uses it.</summary>
    public const string HostPreprovisioningImage = "baremetalhost.metal3.io/preprovisioningImage";

    /// <summary>On a PreprovisioningImage, for its builder.</summary>
    public const string PreprovisioningImage = "preprovisioningimage.metal3.io";

    /// <summary>On a DataImage, until nothing is inserted.</summary>
    public const string DataImage = "dataimage.metal3.io";

    /// <summary>On a BMCEventSubscription, until the BMC has forgotten it.</summary>
    public const string BmcEventSubscription = "bmceventsubscription.metal3.io";

    /// <summary>On a HostClaim, until its host is free.</summary>
    public const string HostClaim = "metal3.io/hostclaim";
}

/// <summary>Annotations of a BareMetalHost that mean something.</summary>
public static class AnnotationKeys
{
    /// <summary>Freezes all work on the host, whatever its value.</summary>
    public const string Paused = "baremetalhost.metal3.io/paused";

    /// <summary>Removes the node from Ironic and leaves the machine running.</summary>
    public const string Detached = "baremetalhost.metal3.io/detached";

    /// <summary>Seeds an empty status.</summary>
    public const string Status = "baremetalhost.metal3.io/status";

    /// <summary>Asks for one reboot.</summary>
    public const string Reboot = "reboot.metal3.io";

    /// <summary>Begins the keys that hold the power off while present.</summary>
    public const string RebootPrefix = "reboot.metal3.io/";

    /// <summary>Asks for an inspection, or disables it.</summary>
    public const string Inspect = "inspect.metal3.io";

    /// <summary>Brings an inventory from elsewhere.</summary>
    public const string HardwareDetails = "inspect.metal3.io/hardwaredetails";

    /// <summary>Holds the host before a named step. Ours (docs/differences.md).</summary>
    public const string Hold = "workflows.metal3.io/hold";
}

/// <summary>Labels that mean something.</summary>
public static class LabelKeys
{
    /// <summary>On Secrets we read, so that their changes are seen.</summary>
    public const string Environment = "environment.metal3.io";

    /// <summary>The value of <see cref="Environment"/> that is watched.</summary>
    public const string EnvironmentBaremetal = "baremetal";

    /// <summary>On hosts, preferred by HostClaims.</summary>
    public const string FailureDomain = "infrastructure.cluster.x-k8s.io/failure-domain";
}

/// <summary>Types of conditions.</summary>
public static class ConditionTypes
{
    /// <summary>Host: provisioned and well. PreprovisioningImage: built. HostClaim: sum of the others.</summary>
    public const string Ready = "Ready";

    /// <summary>Host: empty and ready for an image.</summary>
    public const string AvailableForProvisioning = "AvailableForProvisioning";

    /// <summary>Host: what the BMC says of the hardware.</summary>
    public const string Healthy = "Healthy";

    /// <summary>Host: the BMC answers.</summary>
    public const string Manageable = "Manageable";

    /// <summary>Host: something is being done.</summary>
    public const string Progressing = "Progressing";

    /// <summary>Host and HostClaim: the image is on disk.</summary>
    public const string Provisioned = "Provisioned";

    /// <summary>Firmware: the spec asks for something else than there is.</summary>
    public const string ChangeDetected = "ChangeDetected";

    /// <summary>Firmware and switch: the spec can be carried out.</summary>
    public const string Valid = "Valid";

    /// <summary>PreprovisioningImage: it cannot be built.</summary>
    public const string Error = "Error";

    /// <summary>HostClaim: a host was found.</summary>
    public const string Associated = "Associated";

    /// <summary>HostClaim: the host has what the claim says.</summary>
    public const string Synchronized = "Synchronized";
}

/// <summary>Reasons of conditions.</summary>
public static class ConditionReasons
{
    /// <summary>There are no BMC details.</summary>
    public const string NotManaged = "NotManaged";

    /// <summary>In another state than available.</summary>
    public const string NotAvailable = "NotAvailable";

    /// <summary>No image on disk.</summary>
    public const string NotProvisioned = "NotProvisioned";

    /// <summary>Nothing to do.</summary>
    public const string NotProgressing = "NotProgressing";

    /// <summary>Being registered.</summary>
    public const string Registering = "Registering";

    /// <summary>Registration failed.</summary>
    public const string RegistrationFailed = "RegistrationFailed";

    /// <summary>The BMC answers.</summary>
    public const string Manageable = "Manageable";

    /// <summary>Being inspected.</summary>
    public const string Inspecting = "Inspecting";

    /// <summary>Being prepared.</summary>
    public const string Preparing = "Preparing";

    /// <summary>Ready for an image.</summary>
    public const string Available = "Available";

    /// <summary>Being provisioned.</summary>
    public const string Provisioning = "Provisioning";

    /// <summary>The image is on disk.</summary>
    public const string Provisioned = "Provisioned";

    /// <summary>Being deprovisioned.</summary>
    public const string Deprovisioning = "Deprovisioning";

    /// <summary>Last power-off.</summary>
    public const string PoweringOffBeforeDelete = "PoweringOffBeforeDelete";

    /// <summary>Being deleted.</summary>
    public const string Deleting = "Deleting";

    /// <summary>An error stands in the status.</summary>
    public const string Error = "Error";

    /// <summary>Firmware is being changed in place.</summary>
    public const string Servicing = "Servicing";

    /// <summary>Detached on request.</summary>
    public const string Detached = "Detached";

    /// <summary>Ironic lost the power state.</summary>
    public const string PowerFailure = "PowerFailure";

    /// <summary>The hardware is well.</summary>
    public const string Healthy = "Healthy";

    /// <summary>The hardware warns.</summary>
    public const string Warning = "Warning";

    /// <summary>The hardware fails.</summary>
    public const string CriticalError = "CriticalError";

    /// <summary>Nothing is known of the hardware.</summary>
    public const string Unknown = "Unknown";

    /// <summary>HostFirmwareSettings: looked at.</summary>
    public const string Success = "Success";

    /// <summary>Something in the spec cannot be carried out.</summary>
    public const string ConfigurationError = "ConfigurationError";

    /// <summary>HostFirmwareComponents: looked at.</summary>
    public const string OK = "OK";

    /// <summary>HostFirmwareComponents: a name that no component has.</summary>
    public const string InvalidComponent = "InvalidComponent";

    /// <summary>PreprovisioningImage: built.</summary>
    public const string ImageSuccess = "ImageSuccess";

    /// <summary>PreprovisioningImage: the Secret is missing.</summary>
    public const string MissingNetworkData = "MissingNetworkData";

    /// <summary>PreprovisioningImage: the result cannot be used.</summary>
    public const string ImageBuildInvalid = "ImageBuildInvalid";

    /// <summary>Switch: written to the configuration.</summary>
    public const string Reconciled = "Reconciled";

    /// <summary>Switch: its Secret is missing or incomplete.</summary>
    public const string CredentialError = "CredentialError";

    /// <summary>HostClaim: a host was found.</summary>
    public const string BareMetalHostAssociated = "BareMetalHostAssociated";

    /// <summary>HostClaim: no host fits.</summary>
    public const string NoBareMetalHost = "NoBareMetalHost";

    /// <summary>HostClaim: the host could not be written.</summary>
    public const string BareMetalHostNotSynchronized = "BareMetalHostNotSynchronized";

    /// <summary>HostClaim: being released.</summary>
    public const string HostClaimDeleting = "HostClaimDeleting";

    /// <summary>HostClaim: the host could not be released.</summary>
    public const string HostClaimDeletionFailed = "HostClaimDeletionFailed";
}

/// <summary>Reasons of events on a host.</summary>
public static class EventReasons
{
    /// <summary>Created without BMC details.</summary>
    public const string Discovered = "Discovered";

    /// <summary>The Ironic node was created.</summary>
    public const string Registered = "Registered";

    /// <summary>The credentials are proven.</summary>
    public const string BMCAccessValidated = "BMCAccessValidated";

    /// <summary>A hardware profile was chosen.</summary>
    public const string ProfileSet = "ProfileSet";

    /// <summary>The Secret is missing or incomplete.</summary>
    public const string BMCCredentialError = "BMCCredentialError";

    /// <summary>Registration failed.</summary>
    public const string RegistrationError = "RegistrationError";

    /// <summary>Inspection failed.</summary>
    public const string InspectionError = "InspectionError";

    /// <summary>Preparation failed.</summary>
    public const string PreparationError = "PreparationError";

    /// <summary>Provisioning or deprovisioning failed.</summary>
    public const string ProvisioningError = "ProvisioningError";

    /// <summary>A power request failed.</summary>
    public const string PowerManagementError = "PowerManagementError";

    /// <summary>A provisioned host could not be registered again.</summary>
    public const string ProvisionedRegistrationError = "ProvisionedRegistrationError";

    /// <summary>Servicing failed.</summary>
    public const string ServicingError = "ServicingError";

    /// <summary>Detaching failed.</summary>
    public const string DetachError = "DetachError";

    /// <summary>Inspection began.</summary>
    public const string InspectionStarted = "InspectionStarted";

    /// <summary>Inspection ended well.</summary>
    public const string InspectionComplete = "InspectionComplete";

    /// <summary>Inspection is disabled.</summary>
    public const string InspectionSkipped = "InspectionSkipped";

    /// <summary>Provisioning began.</summary>
    public const string ProvisioningStarted = "ProvisioningStarted";

    /// <summary>Provisioning ended well.</summary>
    public const string ProvisioningComplete = "ProvisioningComplete";

    /// <summary>Deprovisioning began.</summary>
    public const string DeprovisioningStarted = "DeprovisioningStarted";

    /// <summary>Deprovisioning ended well.</summary>
    public const string DeprovisioningComplete = "DeprovisioningComplete";

    /// <summary>A power-on was accepted.</summary>
    public const string PowerOn = "PowerOn";

    /// <summary>A power-off was accepted.</summary>
    public const string PowerOff = "PowerOff";

    /// <summary>The inventory was replaced from outside.</summary>
    public const string UpdateHardwareDetails = "UpdateHardwareDetails";

    /// <summary>An annotation had no effect and was removed.</summary>
    public const string RemoveAnnotation = "RemoveAnnotation";

    /// <summary>A reboot annotation could not be read.</summary>
    public const string InvalidAnnotationValue = "InvalidAnnotationValue";

    /// <summary>The type of the registry Secret is not known.</summary>
    public const string ImageAuthFormatUnsupported = "ImageAuthFormatUnsupported";

    /// <summary>The registry Secret has no usable entry.</summary>
    public const string ImageAuthParseError = "ImageAuthParseError";

    /// <summary>A firmware setting or component was refused.</summary>
    public const string ValidationFailed = "ValidationFailed";
}
