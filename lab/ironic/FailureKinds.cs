namespace Metal3.Lab.Ironic;

/// <summary>What can go wrong on demand; see <c>docs/ironic-simulator.md</c> for the options of each.</summary>
public static class FailureKinds
{
    /// <summary>Nothing answers at the BMC's address.</summary>
    public const string BmcDown = "bmc-down";

    /// <summary>The BMC answers 401.</summary>
    public const string WrongPassword = "wrong-password";

    /// <summary>The BMC has locked the account: it refuses the right password too, and says so.</summary>
    public const string AccountLocked = "account-locked";

    /// <summary>Power changes are accepted and never happen.</summary>
    public const string StuckPower = "stuck-power";

    /// <summary>The machine ignores a soft power off; a hard one works.</summary>
    public const string IgnoresSoftPowerOff = "ignores-soft-power-off";

    /// <summary>Soft power off is refused with 400, as by a driver without it.</summary>
    public const string NoSoftPowerOff = "no-soft-power-off";

    /// <summary>Verification fails with <c>message</c>.</summary>
    public const string VerifyFails = "verify-fails";

    /// <summary>A deploy step fails: <c>step</c> is its number from 1, or its name.</summary>
    public const string DeployFails = "deploy-fails";

    /// <summary>A clean step fails: <c>step</c> as above; 0 is before the first one.</summary>
    public const string CleanFails = "clean-fails";

    /// <summary>Inspection fails.</summary>
    public const string InspectionFails = "inspection-fails";

    /// <summary>Adoption fails.</summary>
    public const string AdoptFails = "adopt-fails";

    /// <summary>A service step fails: <c>step</c> as for cleaning.</summary>
    public const string ServiceFails = "service-fails";

    /// <summary>Tearing down fails.</summary>
    public const string DeleteFails = "delete-fails";

    /// <summary>The ramdisk's agent never calls; waits end with their time-out.</summary>
    public const string AgentSilent = "agent-silent";

    /// <summary>Stages take <c>factor</c> (10) times as long.</summary>
    public const string Slow = "slow";

    /// <summary>The node is locked: 409.</summary>
    public const string Locked = "locked";

    /// <summary>Validation says that boot or deploy (<c>interface</c>) is not possible.</summary>
    public const string ValidateFails = "validate-fails";

    /// <summary>The inventory is missing: 404.</summary>
    public const string InventoryMissing = "inventory-missing";

    /// <summary>Requests answer <c>status</c> (500); <c>method</c> and <c>path</c> (a part of it) narrow it down.</summary>
    public const string HttpError = "http-error";

    /// <summary>Requests answer 200 with a body that is no JSON; narrowed down as above.</summary>
    public const string Malformed = "malformed";

    /// <summary>Answers end in the middle; narrowed down as above.</summary>
    public const string Truncated = "truncated";

    /// <summary>Connections are dropped: <c>when</c> is <c>before</c> (default) or <c>after</c> the work was done.</summary>
    public const string Drop = "drop";

    /// <summary>Requests are answered <c>seconds</c> (30) later.</summary>
    public const string Stall = "stall";

    /// <summary>Answers are redirects.</summary>
    public const string Redirect = "redirect";

    /// <summary>Answers are <c>bytes</c> (10 MiB) of JSON string long.</summary>
    public const string Huge = "huge";

    /// <summary>No conductor has registered: the list of drivers is empty.</summary>
    public const string NoDrivers = "no-drivers";

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        BmcDown, WrongPassword, AccountLocked, StuckPower, IgnoresSoftPowerOff, NoSoftPowerOff, VerifyFails, DeployFails, CleanFails,
        InspectionFails, AdoptFails, ServiceFails, DeleteFails, AgentSilent, Slow, Locked, ValidateFails,
        InventoryMissing, HttpError, Malformed, Truncated, Drop, Stall, Redirect, Huge, NoDrivers,
    ];
}
