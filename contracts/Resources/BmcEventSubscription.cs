using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A subscription to a BMC's events.</summary>
public sealed record BmcEventSubscription() : Metal3Resource(KindName)
{
    private const string KindName = "BMCEventSubscription";

    /// <summary>What to subscribe to; immutable.</summary>
    public BmcEventSubscriptionSpec? Spec { get; init; }

    /// <summary>What came of it.</summary>
    public BmcEventSubscriptionStatus? Status { get; init; }
}

/// <summary>What to subscribe to.</summary>
public sealed record BmcEventSubscriptionSpec : WireRecord
{
    /// <summary>Name of the BareMetalHost, in the same namespace.</summary>
    public string? HostName { get; init; }

    /// <summary>Where events go.</summary>
    public string? Destination { get; init; }

    /// <summary>Text the BMC repeats with each event.</summary>
    public string? Context { get; init; }

    /// <summary>Secret each of whose keys becomes an HTTP header.</summary>
    public SecretReference? HttpHeadersRef { get; init; }
}

/// <summary>What came of a subscription.</summary>
public sealed record BmcEventSubscriptionStatus : WireRecord
{
    /// <summary>The BMC's id of the subscription; <see langword="null"/> or empty until it is made.</summary>
    [JsonPropertyName("subscriptionID")]
    public string? SubscriptionId { get; init; }

    /// <summary>Text of the last failure.</summary>
    public string? Error { get; init; }
}
