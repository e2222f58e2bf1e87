using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private static void Validate(JsonObject fields, string what)
    {
        foreach (var (name, value) in fields)
        {
            if (Objects.Contains(name))
            {
                if (value is not (null or JsonObject))
                {
                    throw ApiException.Of(400, $"Schema error for {what}: {Json.Python(value)} is not of type 'object', 'null'");
                }
            }
            else if (Flags.Contains(name))
            {
                if (value is not null && !IsFlag(value))
                {
                    throw NoFlag(name, value);
                }
            }
            else if (value is not null && value.Text() is null)
            {
                throw ApiException.Of(
                    400,
                    $"Schema error for {what}: {Json.Python(value)} is not of type 'string'{(name == "driver" ? "" : ", 'null'")}");
            }
        }
    }

    private static ApiException NoFlag(string name, JsonNode value) => ApiException.Of(
        400,
        $"Invalid {name}: Unrecognized value {Json.Python(value)}, acceptable values are: '0', '1', 'f', 'false', 'n', 'no', "
        + "'off', 'on', 't', 'true', 'y', 'yes'");

    /// <summary>How Python prints the class that implements an interface; clients match on parts of the sentence.</summary>
    private static string Implementation(string kind, string name) =>
        $"<ironic.drivers.modules.{name}.{Title(name)}{Title(kind)} object at 0x7f2d5c0e1a90>";

    private static string HardwareType(string driver) => driver switch
    {
        "fake-hardware" => "FakeHardware",
        "ipmi" => "IPMIHardware",
        "manual-management" => "ManualManagementHardware",
        "idrac" => "IDRACHardware",
        _ => "RedfishHardware",
    };

    private static string Title(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static bool IsFlag(JsonNode value) =>
        value is JsonValue v && (v.TryGetValue<bool>(out _) || v.ToString().ToLowerInvariant()
            is "0" or "1" or "f" or "false" or "n" or "no" or "off" or "on" or "t" or "true" or "y" or "yes");

    private static JsonNode? Normal(string field, JsonNode? value)
    {
        if (Objects.Contains(field))
        {
            return value?.DeepClone() ?? new JsonObject();
        }

        return Flags.Contains(field) && value is not null
            ? value.ToString().ToLowerInvariant() is "true" or "1" or "t" or "y" or "yes" or "on"
            : value?.DeepClone();
    }

    private static void KnownDriver(string driver)
    {
        if (!Drivers.All.ContainsKey(driver))
        {
            throw ApiException.Of(
                400,
                $"No valid host was found. Reason: No conductor service registered which supports driver {driver} for "
                + "conductor group \"\". Ensure the driver is valid and enabled.");
        }
    }

    /// <summary>Fills interfaces not given with the driver's defaults and refuses those that are not enabled.</summary>
    private static void Resolve(JsonObject fields, string driver)
    {
        foreach (var (kind, names) in Drivers.All[driver])
        {
            var field = kind + "_interface";
            if (fields[field].Text() is not { } wanted)
            {
                fields[field] = names[0];
                continue;
            }

            if (names.Contains(wanted))
            {
                continue;
            }

            throw Drivers.All.Values.Any(type => type[kind].Contains(wanted))
                ? ApiException.Of(
                    400,
                    $"{kind} interface implementation '{Implementation(kind, wanted)}' is not supported by hardware type "
                    + $"{HardwareType(driver)}.")
                : ApiException.Of(
                    400,
                    $"Could not find the following interface in the 'ironic.hardware.interfaces.{kind}' entrypoint: {wanted}. "
                    + $"Valid interfaces are [{string.Join(", ", Drivers.Enabled(kind).Select(n => $"'{n}'"))}].");
        }
    }
}
