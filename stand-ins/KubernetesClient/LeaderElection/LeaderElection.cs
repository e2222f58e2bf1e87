namespace k8s.LeaderElection;

/// <summary>The thing that only one process can hold.</summary>
public interface ILock
{
    string Identity { get; }

    Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken = default);

    Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default);

    Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default);

    string Describe();
}

public class LeaderElectionRecord
{
    public string HolderIdentity { get; set; }

    public int LeaseDurationSeconds { get; set; }

    public DateTime? AcquireTime { get; set; }

    public DateTime? RenewTime { get; set; }

    public int LeaderTransitions { get; set; }

    public override bool Equals(object obj) =>
        obj is LeaderElectionRecord other && (ReferenceEquals(this, other) || Equals(other));

    public override int GetHashCode() =>
        HashCode.Combine(HolderIdentity, LeaseDurationSeconds, AcquireTime, RenewTime, LeaderTransitions);

    protected bool Equals(LeaderElectionRecord other) =>
        other is not null
        && HolderIdentity == other.HolderIdentity
        && LeaseDurationSeconds == other.LeaseDurationSeconds
        && Nullable.Equals(AcquireTime, other.AcquireTime)
        && Nullable.Equals(RenewTime, other.RenewTime)
        && LeaderTransitions == other.LeaderTransitions;
}

public class LeaderElectionConfig
{
    public LeaderElectionConfig(ILock @lock)
    {
        Lock = @lock;
    }

    public ILock Lock { get; set; }

    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    public TimeSpan RenewDeadline { get; set; } = TimeSpan.FromSeconds(10);

    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromSeconds(2);
}
