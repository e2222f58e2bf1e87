using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A word in a firmware schema's <c>attribute_type</c>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<AttributeType>))]
public sealed record AttributeType(string Word) : IWord<AttributeType>
{
    /// <summary>One of <c>allowable_values</c>.</summary>
    public static AttributeType Enumeration { get; } = new("Enumeration");

    /// <summary>A text within <c>min_length</c> and <c>max_length</c>.</summary>
    public static AttributeType String { get; } = new("String");

    /// <summary>A number within <c>lower_bound</c> and <c>upper_bound</c>.</summary>
    public static AttributeType Integer { get; } = new("Integer");

    /// <summary><c>true</c> or <c>false</c>, as text.</summary>
    public static AttributeType Boolean { get; } = new("Boolean");

    /// <summary>A secret; never accepted.</summary>
    public static AttributeType Password { get; } = new("Password");

    /// <inheritdoc/>
    public static ValueList<AttributeType> Known { get; } = [Enumeration, String, Integer, Boolean, Password];

    /// <inheritdoc/>
    public static AttributeType Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word of a HostUpdatePolicy; absent means <see cref="OnPreparing"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<UpdatePolicy>))]
public sealed record UpdatePolicy(string Word) : IWord<UpdatePolicy>
{
    /// <summary>Changes apply while the host is prepared.</summary>
    public static UpdatePolicy OnPreparing { get; } = new("onPreparing");

    /// <summary>Changes apply at the next reboot of a provisioned host.</summary>
    public static UpdatePolicy OnReboot { get; } = new("onReboot");

    /// <inheritdoc/>
    public static ValueList<UpdatePolicy> Known { get; } = [OnPreparing, OnReboot];

    /// <inheritdoc/>
    public static UpdatePolicy Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>acceptFormats</c> and <c>format</c> of a PreprovisioningImage.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<PreprovisioningImageFormat>))]
public sealed record PreprovisioningImageFormat(string Word) : IWord<PreprovisioningImageFormat>
{
    /// <summary>An ISO for virtual media.</summary>
    public static PreprovisioningImageFormat Iso { get; } = new("iso");

    /// <summary>A ramdisk with a kernel for network boot.</summary>
    public static PreprovisioningImageFormat Initrd { get; } = new("initrd");

    /// <inheritdoc/>
    public static ValueList<PreprovisioningImageFormat> Known { get; } = [Iso, Initrd];

    /// <inheritdoc/>
    public static PreprovisioningImageFormat Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>spec.mode</c> of a HostNetworkAttachment.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<SwitchportMode>))]
public sealed record SwitchportMode(string Word) : IWord<SwitchportMode>
{
    /// <summary>One untagged VLAN.</summary>
    public static SwitchportMode Access { get; } = new("access");

    /// <summary>Tagged VLANs.</summary>
    public static SwitchportMode Trunk { get; } = new("trunk");

    /// <summary>Untagged and tagged VLANs.</summary>
    public static SwitchportMode Hybrid { get; } = new("hybrid");

    /// <inheritdoc/>
    public static ValueList<SwitchportMode> Known { get; } = [Access, Trunk, Hybrid];

    /// <inheritdoc/>
    public static SwitchportMode Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>spec.driver</c> of a BareMetalSwitch.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<SwitchDriver>))]
public sealed record SwitchDriver(string Word) : IWord<SwitchDriver>
{
    /// <summary>networking-generic-switch.</summary>
    public static SwitchDriver GenericSwitch { get; } = new("generic-switch");

    /// <inheritdoc/>
    public static ValueList<SwitchDriver> Known { get; } = [GenericSwitch];

    /// <inheritdoc/>
    public static SwitchDriver Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>conditions[].status</c>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<ConditionStatus>))]
public sealed record ConditionStatus(string Word) : IWord<ConditionStatus>
{
    /// <summary>It holds.</summary>
    public static ConditionStatus True { get; } = new("True");

    /// <summary>It does not hold.</summary>
    public static ConditionStatus False { get; } = new("False");

    /// <summary>Nobody knows.</summary>
    public static ConditionStatus Unknown { get; } = new("Unknown");

    /// <inheritdoc/>
    public static ValueList<ConditionStatus> Known { get; } = [True, False, Unknown];

    /// <inheritdoc/>
    public static ConditionStatus Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}
