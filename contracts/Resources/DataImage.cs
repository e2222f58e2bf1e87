using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A virtual CD for the host of the same name.</summary>
public sealed record DataImage() : Metal3Resource(nameof(DataImage))
{
    /// <summary>What to insert.</summary>
    public DataImageSpec? Spec { get; init; }

    /// <summary>What is inserted.</summary>
    public DataImageStatus? Status { get; init; }
}

/// <summary>What to insert.</summary>
public sealed record DataImageSpec : WireRecord
{
    /// <summary>Where the ISO is.</summary>
    [JsonPropertyName("url")]
    public string Url { get; init => field = value ?? ""; } = "";
}

/// <summary>What is inserted.</summary>
public sealed record DataImageStatus : WireRecord
{
    /// <summary>When it was last looked at.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastReconciled { get; init; }

    /// <summary>What is believed to be inserted; its URL is empty when nothing is.</summary>
    public AttachedImage AttachedImage { get; init => field = value ?? new(); } = new();

    /// <summary>Failures in a row.</summary>
    public DataImageError Error { get; init => field = value ?? new(); } = new();
}

/// <summary>An inserted image.</summary>
public sealed record AttachedImage : WireRecord
{
    /// <summary>Where it came from; empty when nothing is inserted.</summary>
    [JsonPropertyName("url")]
    public string Url { get; init => field = value ?? ""; } = "";
}

/// <summary>Failures in a row.</summary>
public sealed record DataImageError : WireRecord
{
    /// <summary>How many; 0 or more.</summary>
    public long Count { get; init; }

    /// <summary>Text of the last one; empty if there is none.</summary>
    public string Message { get; init => field = value ?? ""; } = "";
}
