using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A switch that Ironic may configure.</summary>
public sealed record BareMetalSwitch() : Metal3Resource(nameof(BareMetalSwitch))
{
    /// <summary>How to reach it.</summary>
    public BareMetalSwitchSpec? Spec { get; init; }

    /// <summary>Whether it can be used.</summary>
    public BareMetalSwitchStatus? Status { get; init; }
}

/// <summary>How to reach a switch.</summary>
public sealed record BareMetalSwitchSpec : WireRecord
{
    /// <summary>Host name or IP address.</summary>
    public string Address { get; init => field = value ?? ""; } = "";

    /// <summary>Management MAC address.</summary>
    [JsonPropertyName("macAddress")]
    public string MacAddress { get; init => field = value ?? ""; } = "";

    /// <summary>Driver; <see langword="null"/> means <c>generic-switch</c>.</summary>
    public SwitchDriver? Driver { get; init => field = Words.Given(value); }

    /// <summary>Type of device, as the driver calls it.</summary>
    public string DeviceType { get; init => field = value ?? ""; } = "";

    /// <summary>Secret with the login.</summary>
    public SecretReference? Credentials { get; init; }

    /// <summary>Port, 1 to 65535; <see langword="null"/> leaves it to the driver.</summary>
    public int? Port { get; init; }

    /// <summary>Whether any certificate is accepted; <see langword="null"/> means no.</summary>
    public bool? DisableCertificateVerification { get; init; }
}

/// <summary>Whether a switch can be used.</summary>
public sealed record BareMetalSwitchStatus : WireRecord
{
    /// <summary><c>Valid</c>.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>How a switch port should be set up.</summary>
public sealed record HostNetworkAttachment() : Metal3Resource(nameof(HostNetworkAttachment))
{
    /// <summary>The set-up; immutable while a host uses it.</summary>
    public HostNetworkAttachmentSpec? Spec { get; init; }
}

/// <summary>How a switch port should be set up.</summary>
public sealed record HostNetworkAttachmentSpec : WireRecord
{
    /// <summary>Mode of the port.</summary>
    public SwitchportMode Mode { get; init => field = value ?? SwitchportMode.Access; } = SwitchportMode.Access;

    /// <summary>Untagged VLAN, 1 to 4094.</summary>
    [JsonPropertyName("nativeVLAN")]
    public long NativeVlan { get; init; }

    /// <summary>Tagged VLANs: numbers and ranges such as <c>30-35</c>.</summary>
    [JsonPropertyName("allowedVLANs")]
    public ValueList<string>? AllowedVlans { get; init; }

    /// <summary>Largest packet in bytes, 68 to 9216; <see langword="null"/> leaves it to the switch.</summary>
    [JsonPropertyName("mtu")]
    public long? Mtu { get; init; }
}
