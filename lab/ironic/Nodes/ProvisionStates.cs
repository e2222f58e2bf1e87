namespace Metal3.Lab.Ironic.Nodes;

/// <summary>The words of <c>provision_state</c> and what may be asked in each.</summary>
internal static class ProvisionStates
{
    public const string Enroll = "enroll";
    public const string Verifying = "verifying";
    public const string Manageable = "manageable";
    public const string Inspecting = "inspecting";
    public const string InspectWait = "inspect wait";
    public const string InspectFailed = "inspect failed";
    public const string Available = "available";
    public const string Deploying = "deploying";
    public const string WaitCallBack = "wait call-back";
    public const string DeployHold = "deploy hold";
    public const string DeployFailed = "deploy failed";
    public const string Active = "active";
    public const string Deleting = "deleting";
    public const string Error = "error";
    public const string Cleaning = "cleaning";
    public const string CleanWait = "clean wait";
    public const string CleanHold = "clean hold";
    public const string CleanFailed = "clean failed";
    public const string Adopting = "adopting";
    public const string AdoptFailed = "adopt failed";
    public const string Servicing = "servicing";
    public const string ServiceWait = "service wait";
    public const string ServiceHold = "service hold";
    public const string ServiceFailed = "service failed";
    public const string Rescuing = "rescuing";
    public const string RescueWait = "rescue wait";
    public const string Rescue = "rescue";
    public const string RescueFailed = "rescue failed";
    public const string Unrescuing = "unrescuing";
    public const string UnrescueFailed = "unrescue failed";

    /// <summary>Per state the verbs that are accepted, by their internal names.</summary>
    private static readonly Dictionary<string, string[]> Verbs = new(StringComparer.Ordinal)
    {
        [Enroll] = ["manage"],
        [Verifying] = [],
        [Manageable] = ["provide", "inspect", "clean", "adopt"],
        [Available] = ["manage", "deploy"],
        [Inspecting] = [],
        [InspectWait] = ["abort"],
        [InspectFailed] = ["manage", "inspect"],
        [Deploying] = [],
        [WaitCallBack] = ["delete"],
        [DeployHold] = ["abort", "unhold"],
        [DeployFailed] = ["deploy", "rebuild", "delete"],
        [Active] = ["delete", "rebuild", "rescue", "service"],
        [Deleting] = ["clean"],
        [Error] = ["delete", "rebuild"],
        [Cleaning] = ["manage"],
        [CleanWait] = ["abort"],
        [CleanHold] = ["abort", "unhold"],
        [CleanFailed] = ["manage"],
        [Adopting] = [],
        [AdoptFailed] = ["adopt", "manage"],
        [Servicing] = [],
        [ServiceWait] = ["abort", "delete"],
        [ServiceHold] = ["service", "unhold", "abort"],
        [ServiceFailed] = ["service", "rescue", "delete"],
        [Rescuing] = [],
        [RescueWait] = ["abort", "delete"],
        [Rescue] = ["rescue", "unrescue", "delete"],
        [RescueFailed] = ["rescue", "unrescue", "delete"],
        [Unrescuing] = [],
        [UnrescueFailed] = ["rescue", "unrescue", "delete"],
    };

    /// <summary>States with a target in which a PATCH is nevertheless accepted.</summary>
    private static readonly HashSet<string> Updatable = new(StringComparer.Ordinal)
    {
        DeployFailed, InspectFailed, InspectWait, CleanFailed, Error, Verifying, AdoptFailed, RescueFailed,
        UnrescueFailed, ServiceHold, ServiceFailed,
    };

    public static IEnumerable<string> All => Verbs.Keys;

    public static bool Accepts(string state, string verb, int maximumMinor, int minor) =>
        Verbs.TryGetValue(state, out var verbs) && (verbs.Contains(verb)
            || (verb == "abort" && state == ServiceFailed && maximumMinor >= 101)
            || (verb == "abort" && state == WaitCallBack && maximumMinor >= 110 && minor >= 110));

    public static bool IsUpdatable(string state) => Updatable.Contains(state);

    /// <summary>In these the conductor waits for somebody else and holds no lock.</summary>
    public static bool IsUnlocked(string state) =>
        state is not (Verifying or Inspecting or Deploying or Deleting or Cleaning or Adopting or Servicing
            or Rescuing or Unrescuing);

    public static bool IsWaiting(string state) =>
        state is InspectWait or WaitCallBack or CleanWait or ServiceWait or RescueWait;
}
