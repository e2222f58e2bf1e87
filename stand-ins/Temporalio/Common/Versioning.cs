namespace Temporalio.Common;

/// <summary>Whether a run stays with the version of the worker that started it.</summary>
public enum VersioningBehavior
{
    Unspecified = Api.Enums.V1.VersioningBehavior.Unspecified,
    Pinned = Api.Enums.V1.VersioningBehavior.Pinned,
    AutoUpgrade = Api.Enums.V1.VersioningBehavior.AutoUpgrade,
}

/// <summary>One build of a worker deployment.</summary>
public sealed record WorkerDeploymentVersion(string DeploymentName, string BuildId)
{
    /// <summary>Reads <c>deployment.build</c>.</summary>
    public static WorkerDeploymentVersion FromCanonicalString(string canonical)
    {
        var dot = canonical.IndexOf('.');
        return dot >= 0
            ? new(canonical[..dot], canonical[(dot + 1)..])
            : throw new ArgumentException($"'{canonical}' is no worker deployment version; write deployment.build.");
    }

    public string ToCanonicalString() => $"{DeploymentName}.{BuildId}";
}

/// <summary>Overrides where a run's tasks go.</summary>
public abstract record VersioningOverride
{
    private VersioningOverride()
    {
    }

    /// <summary>How strong a pin is.</summary>
    public enum PinnedOverrideBehavior
    {
        Unspecified = 0,
        Pinned = 1,
    }

    public sealed record Pinned(
        WorkerDeploymentVersion Version, PinnedOverrideBehavior Behavior = PinnedOverrideBehavior.Pinned)
        : VersioningOverride;

    public sealed record AutoUpgrade() : VersioningOverride;
}
