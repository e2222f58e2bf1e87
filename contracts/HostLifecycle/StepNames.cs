namespace Metal3.Contracts.HostLifecycle;

/// <summary>The named steps of all lifecycles: what operators retry, skip, hold and resume.</summary>
public static class StepNames
{
    /// <summary>Claims the BMC secret and reads its version.</summary>
    public const string ClaimCredentials = "claim-credentials";

    /// <summary>Obtains the host's preprovisioning image.</summary>
    public const string EnsurePreprovisioningImage = "ensure-preprovisioning-image";

    /// <summary>Finds or creates the node and brings its settings up to date.</summary>
    public const string EnsureNode = "ensure-node";

    /// <summary>Has the provisioner prove access to the BMC.</summary>
    public const string ValidateBmc = "validate-bmc";

    /// <summary>Waits until access is proven or refused.</summary>
    public const string AwaitValidation = "await-validation";

    /// <summary>Tries changed credentials of a machine in use.</summary>
    public const string TestCredentials = "test-credentials";

    /// <summary>Makes the companion objects of the host.</summary>
    public const string EnsureCompanions = "ensure-companions";

    /// <summary>Waits for a slot of the provisioning capacity.</summary>
    public const string AwaitSlot = "await-slot";

    /// <summary>Starts or joins an inspection.</summary>
    public const string StartInspection = "start-inspection";

    /// <summary>Waits for the ramdisk's inventory.</summary>
    public const string AwaitInspection = "await-inspection";

    /// <summary>Stores the inventory in HardwareData.</summary>
    public const string RecordHardware = "record-hardware";

    /// <summary>Reads the firmware settings from the node.</summary>
    public const string ReadFirmware = "read-firmware";

    /// <summary>Starts or joins the cleaning that applies RAID and settings.</summary>
    public const string StartPreparation = "start-preparation";

    /// <summary>Waits for that cleaning.</summary>
    public const string AwaitPreparation = "await-preparation";

    /// <summary>Compares what the machine has now with what was wanted.</summary>
    public const string VerifyFirmware = "verify-firmware";

    /// <summary>Has the node made available (automated cleaning).</summary>
    public const string MakeAvailable = "make-available";

    /// <summary>Waits until the node is available.</summary>
    public const string AwaitAvailable = "await-available";

    /// <summary>Records image and intent on the node and validates them.</summary>
    public const string WriteDeployIntent = "write-deploy-intent";

    /// <summary>Sends the deploy verb, at most once for an intent.</summary>
    public const string Deploy = "deploy";

    /// <summary>Waits until the image runs.</summary>
    public const string AwaitActive = "await-active";

    /// <summary>Adopts a running machine.</summary>
    public const string Adopt = "adopt";

    /// <summary>Waits for the adoption.</summary>
    public const string AwaitAdoption = "await-adoption";

    /// <summary>Sends the undeploy verb.</summary>
    public const string Undeploy = "undeploy";

    /// <summary>Waits for tear-down and cleaning.</summary>
    public const string AwaitCleaning = "await-cleaning";

    /// <summary>Starts, joins or aborts servicing.</summary>
    public const string StartService = "start-service";

    /// <summary>Waits for servicing.</summary>
    public const string AwaitService = "await-service";

    /// <summary>Orders the machine on.</summary>
    public const string PowerOn = "power-on";

    /// <summary>Waits until it is on.</summary>
    public const string AwaitPowerOn = "await-power-on";

    /// <summary>Orders the machine off.</summary>
    public const string PowerOff = "power-off";

    /// <summary>Waits until it is off.</summary>
    public const string AwaitPowerOff = "await-power-off";

    /// <summary>Removes the reboot annotation that was carried out.</summary>
    public const string AcknowledgeReboot = "acknowledge-reboot";

    /// <summary>Removes the node's record.</summary>
    public const string RemoveNode = "remove-node";

    /// <summary>Waits until what runs on the node lets it be removed, and until it is gone.</summary>
    public const string AwaitRemoval = "await-removal";

    /// <summary>Releases secrets, companions and the host's own finalizer.</summary>
    public const string ReleaseObjects = "release-objects";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ClaimCredentials, EnsurePreprovisioningImage, EnsureNode, ValidateBmc, AwaitValidation, TestCredentials, EnsureCompanions, AwaitSlot,
        StartInspection, AwaitInspection, RecordHardware, ReadFirmware, StartPreparation, AwaitPreparation, VerifyFirmware, MakeAvailable,
        AwaitAvailable, WriteDeployIntent, Deploy, AwaitActive, Adopt, AwaitAdoption, Undeploy, AwaitCleaning, StartService, AwaitService,
        PowerOn, AwaitPowerOn, PowerOff, AwaitPowerOff, AcknowledgeReboot, RemoveNode, AwaitRemoval, ReleaseObjects,
    ];
}
