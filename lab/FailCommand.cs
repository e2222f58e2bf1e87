using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic;

namespace Metal3.Lab;

/// <summary><c>lab fail</c>: makes a machine of a running lab fail, or heals it.</summary>
internal static class FailCommand
{
    public static Command Make()
    {
        var host = new Argument<string>("HOST") { Description = "Name of the machine, such as worker-0; '*' means all" };
        var kind = new Argument<string>("KIND") { Description = $"What goes wrong: {string.Join(", ", FailureKinds.All)}" };
        _ = kind.AcceptOnlyFromAmong([.. FailureKinds.All]);
        kind.HelpName = "KIND";
        var heal = new Option<bool>("--heal") { Description = "Switch the failure off again" };
        var option = new Option<string[]>("--option", "-o")
        {
            Description = "An option of the kind, such as times=1 or step=2 (docs/ironic-simulator.md lists them); may be repeated",
            DefaultValueFactory = _ => [],
            HelpName = "NAME=VALUE",
        };
        var data = new Option<string?>("--data") { Description = "The --data directory of the lab that is meant", HelpName = "DIR" };
        var command = new Command("fail", "Make a machine of a running lab fail, or heal it.") { host, kind, heal, option, data };
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var directory = Path.GetFullPath(parsed.GetValue(data) ?? LabState.DefaultDirectory);
                var state = LabState.Find(directory)
                    ?? throw new LabException($"No lab runs with {directory}. Start one with 'lab up', or name its directory with --data.");
                using var admin = new IronicAdmin(
                    state.Admin ?? throw new LabException("This lab has a real Ironic: its machines fail by themselves."));
                var (name, what) = (parsed.GetValue(host)!, parsed.GetValue(kind)!);
                var options = new JsonObject(parsed.GetValue(option)!.Select(Assignment));
                await admin.SetFailureAsync(name, what, parsed.GetValue(heal) ? null : options, cancellation);
                await Console.Out.WriteLineAsync(parsed.GetValue(heal)
                    ? $"{name}: {what} is over."
                    : $"{name}: {what}{(options.Count > 0 ? $" {options.ToJsonString()}" : "")} from now on; --heal ends it.");
                return 0;
            }
            catch (Exception e) when (e is LabException or HttpRequestException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 2;
            }
        });
        return command;
    }

    private static KeyValuePair<string, JsonNode?> Assignment(string text)
    {
        if (text.Split('=', 2) is not [{ Length: > 0 } name, var value])
        {
            throw new LabException($"--option must be NAME=VALUE, not '{text}'.");
        }

        try
        {
            return new(name, JsonNode.Parse(value));
        }
        catch (JsonException)
        {
            return new(name, JsonValue.Create(value)); // a bare word
        }
    }
}
