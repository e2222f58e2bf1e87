using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Ironic's trouble in the terms of <see cref="FailureTypes"/>.</summary>
internal static class Fault
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(10);

    public static ProvisionerException From(IronicException e) => e.Fault switch
    {
        IronicFault.Busy or IronicFault.Conflict => new(FailureTypes.Busy, e.Message, e.Text, Soon, e),
        IronicFault.NotFound => new(FailureTypes.NodeMissing, e.Message, e.Text, null, e),
        IronicFault.Refused => new(FailureTypes.SpecRefused, e.Message, e.Text, null, e),
        IronicFault.Unauthorized => new(
            FailureTypes.BackendRefused, $"Ironic refuses our credentials; check the files below METAL3_AUTH_ROOT_DIR, or the Secret in spec.apiCredentialsName of the Ironic resource. {e.Message}", e.Text, null, e),
        IronicFault.UnsupportedVersion => new(FailureTypes.BackendRefused, e.Message, e.Text, null, e),
        _ => new(FailureTypes.BackendUnavailable, e.Message, e.Text, null, e),
    };

    public static ProvisionerException NodeMissing(string? id) => new(
        FailureTypes.NodeMissing, id is null ? "The host is not registered with Ironic." : $"Ironic knows no node {id}; register the host again.");

    public static ProvisionerException NodeFailed(string message, string? raw = null) => new(FailureTypes.NodeFailed, message, raw);

    public static ProvisionerException Refused(string message) => new(FailureTypes.SpecRefused, message);

    public static ProvisionerException Busy(string message) => new(FailureTypes.Busy, message, null, Soon);

    public static ProvisionerException PowerLost(string fault) => new(
        FailureTypes.Busy, $"Ironic has put the node aside ({fault}) and sends nothing to it until it has recovered.", fault, Later);

    public static ProvisionerException Stale(NodeIntent sent, NodeIntent? recorded) => new(
        FailureTypes.StaleIntent,
        $"The node records {(recorded is null ? "no intent" : $"intent {recorded.Ordinal} ({recorded.Verb})")}, not intent {sent.Ordinal} ({sent.Verb}) as it was drawn.");

    /// <summary>The operation cannot start from here, and waiting will not change that.</summary>
    public static ProvisionerException Unexpected(string operation, IronicNode node) => NodeFailed(
        $"{operation} cannot start while the node is in state \"{node.ProvisionState}\".", node.LastError);

    /// <summary>Somebody stopped the node at a step.</summary>
    public static ProvisionerException Held(IronicNode node) => NodeFailed(
        $"The node is held (\"{node.ProvisionState}\"); send it the verb unhold or abort, then retry.");
}
