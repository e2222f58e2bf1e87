using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Metal3.TestKit;
using Temporalio.Client;

namespace Temporalio.Tests;

/// <summary>Our trimmed messages against the full definitions that another official SDK ships.</summary>
public partial class ProtoTests
{
    [Fact]
    public async Task Every_field_and_enum_value_has_the_name_number_and_type_of_the_official_definitions()
    {
        var official = await OfficialAsync();
        var wrong = new List<string>();
        var checkedFields = 0;
        foreach (var file in Files())
        {
            foreach (var message in file.MessageTypes.SelectMany(WithNested))
            {
                foreach (var field in message.Fields.InDeclarationOrder())
                {
                    checkedFields++;
                    var name = $"{OfficialName(message.FullName)}.{field.Name}";
                    var ours = $"{field.FieldNumber} {TypeOf(field)}";
                    if (!official.TryGetValue(name, out var theirs) || theirs != ours)
                    {
                        wrong.Add($"{name}: ours is {ours}, theirs is {theirs ?? "not there"}");
                    }
                }
            }

            foreach (var type in file.EnumTypes.Concat(file.MessageTypes.SelectMany(WithNested).SelectMany(one => one.EnumTypes)))
            {
                foreach (var value in type.Values)
                {
                    checkedFields++;
                    var name = $"{type.FullName}.{value.Name}";
                    if (!official.TryGetValue(name, out var theirs) || theirs != $"{value.Number}")
                    {
                        wrong.Add($"{name}: ours is {value.Number}, theirs is {theirs ?? "not there"}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(checkedFields, 1000, int.MaxValue);
    }

    private static IEnumerable<FileDescriptor> Files() => typeof(TemporalClient).Assembly.GetTypes()
        .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal) && type.GetProperty("Descriptor")?.PropertyType == typeof(FileDescriptor))
        .Select(type => (FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!);

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Append(message)
            .Where(one => one.GetOptions()?.MapEntry is not true);

    /// <summary>The official package, too, shows google.rpc.Status under a name of its own.</summary>
    private static string OfficialName(string name) => name == "temporal.api.common.v1.GrpcStatus" ? "google.rpc.Status" : name;

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            return $"map<{TypeOf(field.MessageType.FindFieldByNumber(1))},{TypeOf(field.MessageType.FindFieldByNumber(2))}>";
        }

        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            var scalar => scalar.ToString().ToLowerInvariant(),
        };
        var simple = type[(type.LastIndexOf('.') + 1)..]; // the definitions write names relative to their package
        return field.IsRepeated ? $"repeated {simple}" : simple;
    }

    private static async Task<Dictionary<string, string>> OfficialAsync()
    {
        var directory = Path.Combine(Path.GetTempPath(), "metal3-core-bridge-1.24.0");
        var protos = Path.Combine(directory, "package", "sdk-core", "crates", "protos", "protos");
        if (!Directory.Exists(protos))
        {
            var npm = RealServers.OnPath("npm");
            var unpacked = Directory.CreateTempSubdirectory("metal3-core-bridge-").FullName;
            await RunningProcess.OutputOfAsync(npm, ["pack", "@temporalio/core-bridge@1.24.0", "--silent"], unpacked);
            await RunningProcess.OutputOfAsync("tar", ["xzf", Directory.GetFiles(unpacked, "*.tgz").Single(), "-C", unpacked]);
            try
            {
                Directory.Move(unpacked, directory);
            }
            catch (IOException) when (Directory.Exists(protos))
            {
                Directory.Delete(unpacked, recursive: true); // another run was faster
            }
        }

        var found = new Dictionary<string, string>();
        foreach (var file in new[] { "api_upstream/temporal", "testsrv_upstream/temporal", "google/rpc", "grpc" }
            .SelectMany(part => Directory.GetFiles(Path.Combine(protos, part), "*.proto", SearchOption.AllDirectories)))
        {
            Read(await File.ReadAllTextAsync(file), found);
        }

        return found;
    }

    private static void Read(string text, Dictionary<string, string> found)
    {
        text = Comments().Replace(text, "");
        var scope = new Stack<(string Kind, string Name)>();
        scope.Push(("package", Package().Match(text).Groups[1].Value));
        foreach (Match token in Statements().Matches(text))
        {
            if (token.Value == "}")
            {
                if (scope.Count > 1)
                {
                    scope.Pop();
                }
            }
            else if (token.Groups["open"].Success)
            {
                var (kind, name) = (token.Groups["kind"].Value, token.Groups["name"].Value);
                var outer = scope.Peek();
                scope.Push((kind, kind == "oneof" ? outer.Name : kind.Length == 0 ? "" : $"{outer.Name}.{name}"));
            }
            else if (scope.Peek() is { Kind: "message" or "oneof" } message && Field().Match(token.Value) is { Success: true } field)
            {
                var type = Spaces().Replace(field.Groups["type"].Value, "");
                var parts = type.StartsWith("map<", StringComparison.Ordinal)
                    ? $"map<{string.Join(",", type[4..^1].Split(',').Select(Short))}>"
                    : Short(type);
                found[$"{message.Name}.{field.Groups["name"].Value}"] =
                    $"{field.Groups["number"].Value} {(field.Groups["repeated"].Success ? "repeated " : "")}{parts}";
            }
            else if (scope.Peek() is { Kind: "enum" } type && Value().Match(token.Value) is { Success: true } value)
            {
                found[$"{type.Name}.{value.Groups[1].Value}"] = value.Groups[2].Value;
            }
        }
    }

    private static string Short(string type) => type[(type.LastIndexOf('.') + 1)..];

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"package\s+([\w.]+)\s*;")]
    private static partial Regex Package();

    [GeneratedRegex(@"(?<open>\s*(?<kind>message|enum|oneof|service)\s+(?<name>\w+)\s*\{|[^;{}]*\{)|\}|[^;{}]+;")]
    private static partial Regex Statements();

    [GeneratedRegex(@"^\s*(?<repeated>repeated\s+)?(?<type>map\s*<[^>]+>|[\w.]+)\s+(?<name>\w+)\s*=\s*(?<number>\d+)")]
    private static partial Regex Field();

    [GeneratedRegex(@"^\s*(\w+)\s*=\s*(-?\d+)")]
    private static partial Regex Value();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
