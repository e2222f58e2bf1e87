using Google.Protobuf.WellKnownTypes;

namespace Temporalio.Common;

/// <summary>When a failed activity or workflow is tried again. The server checks the values.</summary>
public record RetryPolicy
{
    /// <summary>Pause before the second attempt. Default: one second.</summary>
    public TimeSpan InitialInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Factor from one pause to the next, at least one. Default: two.</summary>
    public float BackoffCoefficient { get; set; } = 2.0F;

    /// <summary>Longest pause; null is a hundred times the first one.</summary>
    public TimeSpan? MaximumInterval { get; set; }

    /// <summary>Attempts in all; zero is no limit.</summary>
    public int MaximumAttempts { get; set; }

    /// <summary>Types of application failures that end the attempts.</summary>
    public IReadOnlyCollection<string>? NonRetryableErrorTypes { get; set; }

    internal static RetryPolicy FromProto(Api.Common.V1.RetryPolicy proto) => new()
    {
        InitialInterval = proto.InitialInterval?.ToTimeSpan() ?? TimeSpan.FromSeconds(1),
        BackoffCoefficient = (float)proto.BackoffCoefficient,
        MaximumInterval = proto.MaximumInterval?.ToTimeSpan(),
        MaximumAttempts = proto.MaximumAttempts,
        NonRetryableErrorTypes = proto.NonRetryableErrorTypes.Count == 0 ? null : [.. proto.NonRetryableErrorTypes],
    };

    internal Api.Common.V1.RetryPolicy ToProto()
    {
        var proto = new Api.Common.V1.RetryPolicy
        {
            InitialInterval = InitialInterval.ToDuration(),
            BackoffCoefficient = BackoffCoefficient,
            MaximumInterval = MaximumInterval?.ToDuration(),
            MaximumAttempts = MaximumAttempts,
        };
        proto.NonRetryableErrorTypes.Add(NonRetryableErrorTypes ?? []);
        return proto;
    }
}

/// <summary>Place among the tasks of one queue.</summary>
public sealed record Priority
{
    public Priority(int? priorityKey = null, string? fairnessKey = null, float? fairnessWeight = null)
    {
        PriorityKey = priorityKey;
        FairnessKey = fairnessKey;
        FairnessWeight = fairnessWeight;
    }

    public static Priority Default { get; } = new();

    /// <summary>One is served first; null is the server's default.</summary>
    public int? PriorityKey { get; init; }

    /// <summary>Tasks of different keys take turns.</summary>
    public string? FairnessKey { get; init; }

    /// <summary>Share of the turns of this key.</summary>
    public float? FairnessWeight { get; init; }

    internal static Priority FromProto(Api.Common.V1.Priority? proto) => proto is null
        ? Default
        : new(
            proto.PriorityKey == 0 ? null : proto.PriorityKey,
            proto.FairnessKey.Length == 0 ? null : proto.FairnessKey,
            proto.FairnessWeight == 0 ? null : proto.FairnessWeight);

    internal Api.Common.V1.Priority ToProto() => new()
    {
        PriorityKey = PriorityKey ?? 0,
        FairnessKey = FairnessKey ?? "",
        FairnessWeight = FairnessWeight ?? 0,
    };
}
