using Temporalio.Common;

namespace Temporalio.Worker;

/// <summary>Which deployment a worker belongs to. Versioned workers are not part of this build.</summary>
public class WorkerDeploymentOptions : ICloneable
{
    private bool useWorkerVersioning;

    public WorkerDeploymentOptions()
    {
    }

    public WorkerDeploymentOptions(WorkerDeploymentVersion version, bool useWorkerVersioning)
    {
        Version = version;
        UseWorkerVersioning = useWorkerVersioning;
    }

    public WorkerDeploymentVersion? Version { get; set; }

    /// <exception cref="NotSupportedException">It is set to true.</exception>
    public bool UseWorkerVersioning
    {
        get => useWorkerVersioning;
        set => useWorkerVersioning = value
            ? throw new NotSupportedException(
                $"{nameof(WorkerDeploymentOptions)}.{nameof(UseWorkerVersioning)} is not supported by this build.")
            : false;
    }

    public virtual object Clone() => MemberwiseClone();
}
