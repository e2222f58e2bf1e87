using Metal3.Contracts.HostLifecycle;
using Metal3.Workflows.Steps;

namespace Metal3.Workflows.Lifecycles;

/// <summary>The named steps with their titles, and which of them an operator may skip.</summary>
internal static class HostSteps
{
    public static Step ClaimCredentials { get; } = new(StepNames.ClaimCredentials, "Claim the BMC secret");

    public static Step EnsurePreprovisioningImage { get; } =
        new(StepNames.EnsurePreprovisioningImage, "Obtain the preprovisioning image") { Skippable = true };

    public static Step EnsureNode { get; } = new(StepNames.EnsureNode, "Make the provisioner know the host");

    public static Step ValidateBmc { get; } = new(StepNames.ValidateBmc, "Have access to the BMC proven");

    public static Step AwaitValidation { get; } = new(StepNames.AwaitValidation, "Wait for the proof of access to the BMC");

    public static Step TestCredentials { get; } = new(StepNames.TestCredentials, "Try the new BMC credentials") { Skippable = true };

    public static Step EnsureCompanions { get; } = new(StepNames.EnsureCompanions, "Make the companion objects");

    public static Step StartInspection { get; } = new(StepNames.StartInspection, "Start the inspection");

    public static Step AwaitInspection { get; } = new(StepNames.AwaitInspection, "Wait for the inventory");

    public static Step RecordHardware { get; } = new(StepNames.RecordHardware, "Record the hardware");

    public static Step ReadFirmware { get; } = new(StepNames.ReadFirmware, "Read the firmware settings") { Skippable = true };

    public static Step StartPreparation { get; } = new(StepNames.StartPreparation, "Apply RAID and firmware settings") { Skippable = true };

    public static Step AwaitPreparation { get; } = new(StepNames.AwaitPreparation, "Wait for RAID and firmware settings");

    public static Step VerifyFirmware { get; } = new(StepNames.VerifyFirmware, "Compare the firmware settings with what was wanted") { Skippable = true };

    public static Step MakeAvailable { get; } = new(StepNames.MakeAvailable, "Make the node available");

    public static Step AwaitAvailable { get; } = new(StepNames.AwaitAvailable, "Wait until the node is available");

    public static Step WriteDeployIntent { get; } = new(StepNames.WriteDeployIntent, "Record what is to be deployed");

    public static Step Deploy { get; } = new(StepNames.Deploy, "Deploy");

    public static Step AwaitActive { get; } = new(StepNames.AwaitActive, "Wait until the image runs");

    public static Step Adopt { get; } = new(StepNames.Adopt, "Adopt the running machine") { Skippable = true };

    public static Step AwaitAdoption { get; } = new(StepNames.AwaitAdoption, "Wait for the adoption");

    /// <remarks>Not to be skipped: the image would run on, and the host would be called available with somebody's data on it.</remarks>
    public static Step Undeploy { get; } = new(StepNames.Undeploy, "Take the machine back");

    public static Step AwaitCleaning { get; } = new(StepNames.AwaitCleaning, "Wait for tear-down and cleaning");

    public static Step StartService { get; } = new(StepNames.StartService, "Apply firmware settings to the deployed machine") { Skippable = true };

    public static Step AwaitService { get; } = new(StepNames.AwaitService, "Wait for servicing");

    public static Step PowerOn { get; } = new(StepNames.PowerOn, "Power on") { Skippable = true };

    public static Step AwaitPowerOn { get; } = new(StepNames.AwaitPowerOn, "Wait until the machine is on");

    public static Step PowerOff { get; } = new(StepNames.PowerOff, "Power off") { Skippable = true };

    public static Step AwaitPowerOff { get; } = new(StepNames.AwaitPowerOff, "Wait until the machine is off");

    public static Step AcknowledgeReboot { get; } = new(StepNames.AcknowledgeReboot, "Remove the reboot annotation") { Skippable = true };

    public static Step RemoveNode { get; } = new(StepNames.RemoveNode, "Remove the node");

    public static Step AwaitRemoval { get; } = new(StepNames.AwaitRemoval, "Wait until the node can be removed");

    public static Step ReleaseObjects { get; } = new(StepNames.ReleaseObjects, "Release secrets, companions and the host");
}
