using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Ironic's provision states.</summary>
internal static class States
{
    public const string Enroll = "enroll";
    public const string Verifying = "verifying";
    public const string Manageable = "manageable";
    public const string Available = "available";
    public const string Inspecting = "inspecting";
    public const string InspectWait = "inspect wait";
    public const string InspectFailed = "inspect failed";
    public const string Cleaning = "cleaning";
    public const string CleanWait = "clean wait";
    public const string CleanHold = "clean hold";
    public const string CleanFailed = "clean failed";
    public const string Deploying = "deploying";
    public const string WaitCallBack = "wait call-back";
    public const string DeployHold = "deploy hold";
    public const string DeployFailed = "deploy failed";
    public const string Active = "active";
    public const string Deleting = "deleting";
    public const string Error = "error";
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

    /// <summary>Every state a node can rest in or pass.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Enroll, Verifying, Manageable, Available, Inspecting, InspectWait, InspectFailed, Cleaning, CleanWait, CleanHold, CleanFailed,
        Deploying, WaitCallBack, DeployHold, DeployFailed, Active, Deleting, Error, Adopting, AdoptFailed, Servicing, ServiceWait,
        ServiceHold, ServiceFailed, Rescuing, RescueWait, Rescue, RescueFailed, Unrescuing, UnrescueFailed,
    ];

    public static NodePhase PhaseOf(string state) => state switch
    {
        Enroll => NodePhase.Unverified,
        Manageable => NodePhase.Manageable,
        Available => NodePhase.Available,
        Active => NodePhase.Active,
        InspectFailed or CleanFailed or DeployFailed or AdoptFailed or ServiceFailed or RescueFailed or UnrescueFailed or Error =>
            NodePhase.Failed,
        CleanHold or DeployHold or ServiceHold => NodePhase.Held,
        Verifying or Inspecting or InspectWait or Cleaning or CleanWait or Deploying or WaitCallBack or Deleting or Adopting
            or Servicing or ServiceWait or Rescuing or RescueWait or Unrescuing => NodePhase.Busy,
        _ => NodePhase.Other,
    };
}
