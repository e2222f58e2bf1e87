namespace Metal3.Contracts.Provisioning;

/// <summary>Which BareMetalHost is meant; an object of another uid is another machine's story, whatever its name.</summary>
/// <param name="Namespace">Kubernetes namespace.</param>
/// <param name="Name">Object name, also the name of its companions (HardwareData, HostFirmwareSettings, …).</param>
/// <param name="Uid"><c>metadata.uid</c>; every activity refuses to act on an object with another one.</param>
public sealed record HostKey(string Namespace, string Name, string Uid)
{
    /// <summary><c>namespace/name</c>, as logs and errors say it.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}
