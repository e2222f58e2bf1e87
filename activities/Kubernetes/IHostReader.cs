using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Kubernetes;

/// <summary>Reads hosts and their companions, as they are now.</summary>
internal interface IHostReader
{
    /// <summary>The host; null if it is gone or another object took its name.</summary>
    Task<BareMetalHost?> FindHostAsync(HostKey host, CancellationToken cancellationToken);

    /// <summary>All hosts of the namespaces that are watched.</summary>
    Task<IReadOnlyList<BareMetalHost>> ListHostsAsync(CancellationToken cancellationToken);

    /// <summary>A companion of the host's name; null if there is none.</summary>
    Task<T?> FindCompanionAsync<T>(ResourceKind kind, HostKey host, CancellationToken cancellationToken)
        where T : Metal3Resource;

    /// <summary>The uid of <c>kube-system</c>, which tells one cluster from another.</summary>
    Task<string> ReadClusterAsync(CancellationToken cancellationToken);
}

/// <summary>Reads Secrets.</summary>
internal interface ISecretReader
{
    /// <summary>The Secret; null if there is none.</summary>
    Task<SecretData?> FindSecretAsync(string @namespace, string name, CancellationToken cancellationToken);
}

/// <summary>Content of a Secret. Shows nothing of it.</summary>
internal sealed class SecretData(string name, string version, string? type, IReadOnlyDictionary<string, byte[]> values)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its <c>resourceVersion</c>.</summary>
    public string Version { get; } = version;

    /// <summary>Its type; null if the server does not say.</summary>
    public string? Type { get; } = type;

    /// <summary>The value of a key as text; null if there is no such key.</summary>
    public string? Text(string key) =>
        values.TryGetValue(key, out var value) ? System.Text.Encoding.UTF8.GetString(value) : null;

    /// <summary>The value of the first key that is there, even if it is empty; null if none is.</summary>
    public string? FirstOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Text(key) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    public override string ToString() => $"Secret {Name}";
}

/// <summary>Keeps the inventory of a host.</summary>
internal interface IHardwareDataWriter
{
    /// <summary>Writes the details to the host's HardwareData; not when the host is being deleted.</summary>
    Task WriteAsync(BareMetalHost host, HardwareDetails details, CancellationToken cancellationToken);
}
