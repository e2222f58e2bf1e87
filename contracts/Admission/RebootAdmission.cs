using System.Text.Json;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Admission;

/// <summary>The rule for reboot annotations, which hosts and claims share.</summary>
internal static class RebootAdmission
{
    public static IEnumerable<Violation> Check(string rule, ObjectMeta metadata) =>
        (metadata.Annotations ?? ValueMap<string>.Empty)
            .Where(a => HostAnnotations.IsReboot(a.Key) && a.Value.Length > 0)
            .OrderBy(a => a.Key, StringComparer.Ordinal)
            .Where(a => !IsReadable(a.Value))
            .Select(a => new Violation(rule, $"metadata.annotations[{a.Key}]", """it must be empty or JSON like {"mode":"soft","force":false}, with mode hard or soft."""));

    private static bool IsReadable(string value)
    {
        try
        {
            return Metal3Json.DecodeLeniently<RebootArguments>(value).Mode is not { } mode || RebootMode.Known.Contains(mode);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
