using System.Text.Json;
using System.Text.Json.Serialization;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Annotations;

/// <summary>A word in <c>deleteAction</c> of the detached annotation; unknown words count as <see cref="Delete"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<DetachedDeleteAction>))]
public sealed record DetachedDeleteAction(string Word) : IWord<DetachedDeleteAction>
{
    /// <summary>A deletion waits until the host is attached again.</summary>
    public static DetachedDeleteAction Delay { get; } = new("delay");

    /// <summary>A deletion goes ahead without touching the machine.</summary>
    public static DetachedDeleteAction Delete { get; } = new("delete");

    /// <inheritdoc/>
    public static ValueList<DetachedDeleteAction> Known { get; } = [Delay, Delete];

    /// <inheritdoc/>
    public static DetachedDeleteAction Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>Arguments of the detached annotation.</summary>
public sealed record DetachedArguments : WireRecord
{
    /// <summary>What a deletion does meanwhile; <see langword="null"/> means <c>delete</c>.</summary>
    public DetachedDeleteAction? DeleteAction { get; init => field = Words.Given(value); }

    /// <summary>Whether to detach in any state, ending what runs.</summary>
    public bool Force { get; init; }

    /// <summary>Whether a deletion waits.</summary>
    [JsonIgnore]
    public bool DelaysDeletion => DeleteAction == DetachedDeleteAction.Delay;
}

/// <summary>A word in <c>mode</c> of a reboot annotation; anything but <see cref="Hard"/> counts as <see cref="Soft"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<RebootMode>))]
public sealed record RebootMode(string Word) : IWord<RebootMode>
{
    /// <summary>The power is cut.</summary>
    public static RebootMode Hard { get; } = new("hard");

    /// <summary>The operating system is asked to shut down.</summary>
    public static RebootMode Soft { get; } = new("soft");

    /// <inheritdoc/>
    public static ValueList<RebootMode> Known { get; } = [Hard, Soft];

    /// <inheritdoc/>
    public static RebootMode Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>Arguments of a reboot annotation.</summary>
public sealed record RebootArguments : WireRecord
{
    /// <summary>How to switch off; <see langword="null"/> means softly.</summary>
    public RebootMode? Mode { get; init => field = Words.Given(value); }

    /// <summary>Whether to reboot also in the middle of inspection or provisioning.</summary>
    public bool Force { get; init; }
}

/// <summary>One reboot annotation of a host.</summary>
/// <param name="Key">Whole key.</param>
/// <param name="Value">Its value as written; an annotation is removed only while it still has it.</param>
/// <param name="Mode">How to switch off.</param>
/// <param name="Force">Whether to reboot also in the middle of inspection or provisioning.</param>
/// <param name="IsReadable">Whether its value could be read; if not, it counts as soft and not forced.</param>
public sealed record RebootRequest(string Key, string Value, RebootMode Mode, bool Force, bool IsReadable)
{
    /// <summary>Whether it is the form without suffix, which asks for one reboot and is then removed for its owner.</summary>
    public bool IsOneShot => Key == AnnotationKeys.Reboot;
}

/// <summary>A word about the inspection in the annotation <c>inspect.metal3.io</c>.</summary>
public enum InspectWish
{
    /// <summary>No annotation.</summary>
    None,

    /// <summary>Inspect, again if need be.</summary>
    Inspect,

    /// <summary>Never inspect; deprecated in favour of <c>spec.inspectionMode</c>.</summary>
    Disabled,
}

/// <summary>Reads the annotations of a host. Nothing here throws except where it says so.</summary>
public static class HostAnnotations
{
    /// <summary>The value of <c>inspect.metal3.io</c> that disables inspection.</summary>
    public const string InspectDisabled = "disabled";

    /// <summary>Whether work on the host is frozen.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>Whether the annotation is there, whatever its value.</returns>
    public static bool IsPaused(ValueMap<string>? annotations) => Value(annotations, AnnotationKeys.Paused) is not null;

    /// <summary>The wish to detach.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>
    /// <see langword="null"/> without the annotation; arguments at their defaults if its value cannot be read, for then it
    /// detaches all the same.
    /// </returns>
    public static DetachedArguments? Detached(ValueMap<string>? annotations) => Value(annotations, AnnotationKeys.Detached) switch
    {
        null => null,
        "" => new(),
        var value => TryRead<DetachedArguments>(value) ?? new(),
    };

    /// <summary>All reboot annotations.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>One request for each, sorted by key: the form without suffix first.</returns>
    public static ValueList<RebootRequest> Reboots(ValueMap<string>? annotations) =>
        (annotations ?? ValueMap<string>.Empty)
            .Where(a => IsReboot(a.Key))
            .OrderBy(a => a.Key, StringComparer.Ordinal)
            .Select(a => Reboot(a.Key, a.Value))
            .ToValueList();

    /// <summary>How to switch off for some requests: one hard request makes the whole operation hard.</summary>
    /// <param name="requests">Requests that count in the host's state.</param>
    /// <returns>The mode; <see langword="null"/> if there are no requests.</returns>
    public static RebootMode? ModeOf(IEnumerable<RebootRequest> requests) =>
        requests.Aggregate((RebootMode?)null, (mode, request) => mode == RebootMode.Hard ? mode : request.Mode);

    /// <summary>Whether a key is that of a reboot annotation.</summary>
    /// <param name="key">Key of an annotation.</param>
    /// <returns>Whether it is, with or without suffix.</returns>
    public static bool IsReboot(string key) =>
        key == AnnotationKeys.Reboot || key.StartsWith(AnnotationKeys.RebootPrefix, StringComparison.Ordinal);

    /// <summary>What the inspect annotation asks for.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>The wish; any value but <c>disabled</c> asks for an inspection.</returns>
    public static InspectWish Inspect(ValueMap<string>? annotations) => Value(annotations, AnnotationKeys.Inspect) switch
    {
        null => InspectWish.None,
        InspectDisabled => InspectWish.Disabled,
        _ => InspectWish.Inspect,
    };

    /// <summary>Whether the host must not be inspected, by field or by annotation.</summary>
    /// <param name="spec">The host's spec; <see langword="null"/> if it has none.</param>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>Whether either says so.</returns>
    public static bool IsInspectionDisabled(BareMetalHostSpec? spec, ValueMap<string>? annotations) =>
        spec?.InspectionMode == InspectionMode.Disabled || Inspect(annotations) == InspectWish.Disabled;

    /// <summary>An inventory that came from elsewhere.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>The inventory; <see langword="null"/> if the annotation is missing or empty.</returns>
    /// <exception cref="JsonException">Not an inventory, or it has unknown members; the message names the member.</exception>
    public static HardwareDetails? HardwareDetails(ValueMap<string>? annotations) =>
        Value(annotations, AnnotationKeys.HardwareDetails) is { Length: > 0 } value ? Metal3Json.DecodeStrictly<HardwareDetails>(value) : null;

    /// <summary>A status that came from elsewhere, to seed an empty one.</summary>
    /// <param name="annotations">The host's annotations; <see langword="null"/> means none.</param>
    /// <returns>The status; <see langword="null"/> if the annotation is missing or cannot be read.</returns>
    public static BareMetalHostStatus? Status(ValueMap<string>? annotations) =>
        Value(annotations, AnnotationKeys.Status) is { Length: > 0 } value ? TryRead<BareMetalHostStatus>(value) : null;

    private static string? Value(ValueMap<string>? annotations, string key) =>
        annotations is not null && annotations.TryGetValue(key, out var value) ? value : null;

    private static RebootRequest Reboot(string key, string value)
    {
        var arguments = value.Length == 0 ? new() : TryRead<RebootArguments>(value);
        return new(
            key,
            value,
            arguments?.Mode == RebootMode.Hard ? RebootMode.Hard : RebootMode.Soft,
            arguments?.Force ?? false,
            arguments is not null);
    }

    private static T? TryRead<T>(string value)
        where T : class
    {
        try
        {
            return Metal3Json.DecodeLeniently<T>(value);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
