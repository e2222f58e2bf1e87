using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Metal3.StandIns.Tests;

/// <summary>What an official package's list says that there is.</summary>
/// <remarks>
/// Signatures are compared by simple type names, without nullability: enough to notice another parameter, another order,
/// another result or a member that is not there.
/// </remarks>
internal sealed partial class PublicApi
{
    private readonly Dictionary<string, HashSet<string>> types = [];

    /// <summary>Types of which the list gives rules instead of declarations.</summary>
    private readonly HashSet<string> loose = [];

    private readonly HashSet<string> withConstructors = [];
    private readonly HashSet<string> records = [];

    public static PublicApi Read(params string[] files)
    {
        var api = new PublicApi();
        foreach (var file in files)
        {
            var type = "";
            foreach (var line in File.ReadLines(file))
            {
                if (line.Length == 0)
                {
                    continue;
                }

                if (line[0] != ' ')
                {
                    type = Simple(line.Trim());
                    api.types.TryAdd(type, []);
                }
                else if (line.StartsWith("  # ", StringComparison.Ordinal))
                {
                    api.Declare(type, line[4..]);
                }
                else
                {
                    api.Add(type, line.Trim());
                }
            }
        }

        return api;
    }

    /// <summary>What an assembly shows that the list does not have.</summary>
    public IReadOnlyList<string> Extras(Assembly assembly, Func<Type, bool>? exempt = null)
    {
        var extras = new List<string>();
        foreach (var type in assembly.GetExportedTypes().Where(type => exempt?.Invoke(type) is not true))
        {
            var name = TypeName(type);
            if (!types.TryGetValue(name, out var members))
            {
                if (!IsListOfListed(name))
                {
                    extras.Add($"{name}: the whole type");
                }
            }
            else if (!typeof(Delegate).IsAssignableFrom(type))
            {
                extras.AddRange(Members(type, name).Where(member => !IsListed(name, members, member)).Select(member => $"{name}: {member}"));
            }
        }

        return extras;
    }

    /// <summary>The generator makes a list type for every kind; the file names only a few of them.</summary>
    private bool IsListOfListed(string name) =>
        name.StartsWith("k8s.Models.", StringComparison.Ordinal) && name.EndsWith("List", StringComparison.Ordinal)
        && types.ContainsKey(name[..^"List".Length]);

    private static string Simple(string name) =>
        Spaces().Replace(name.Replace("<out ", "<", StringComparison.Ordinal).Replace("<in ", "<", StringComparison.Ordinal), "");

    private bool IsListed(string type, HashSet<string> members, string member)
    {
        if (members.Contains(member))
        {
            return true;
        }

        // A rule in the list: each operation also synchronous, and with HTTP messages.
        var name = member[(member.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('(', '<', '`', ' ')[0];
        return loose.Contains(type)
            && (members.Any(listed => NameOf(listed) == name || NameOf(listed) == name + "Async")
                || members.Any(listed => NameOf(listed) == name.Replace("WithHttpMessagesAsync", "Async", StringComparison.Ordinal)));
    }

    private static string NameOf(string member)
    {
        var rest = member[(member.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return rest.Split('(', '<', '`', ' ')[0];
    }

    private void Declare(string type, string declaration)
    {
        var text = Clean(declaration);
        if (Operations().Match(text) is { Success: true } operations)
        {
            var (contract, property) = (operations.Groups[1].Value, operations.Groups[2].Value);
            loose.Add($"k8s.{contract}");
            types[$"k8s.{contract}"] = types[type];
            foreach (var owner in new[] { "k8s.IKubernetes", "k8s.AbstractKubernetes" })
            {
                types.TryAdd(owner, []);
                types[owner].Add($"{contract} {property} property");
            }
        }

        if (!DeclarationStart().IsMatch(text))
        {
            loose.Add(type);
            return;
        }

        if (text.Contains(" record ", StringComparison.Ordinal))
        {
            records.Add(type);
        }

        var open = text.IndexOf('(', StringComparison.Ordinal);
        var bases = text.IndexOf(" : ", StringComparison.Ordinal);
        if (open < 0 || (bases >= 0 && bases < open) || text.Contains(" delegate ", StringComparison.Ordinal))
        {
            return;
        }

        var parameters = Split(Inside(text, open)).Select(Parameter).ToArray();
        types[type].Add($"constructor({string.Join(",", parameters.Select(one => one.Type))})");
        withConstructors.Add(type);
        if (text.Contains(" record ", StringComparison.Ordinal))
        {
            foreach (var (parameterType, name) in parameters)
            {
                types[type].Add($"{parameterType} {name} property");
            }
        }
    }

    private void Add(string type, string line)
    {
        var comment = line.IndexOf("   //", StringComparison.Ordinal);
        var text = Clean(comment < 0 ? line : line[..comment]);
        if (text.StartsWith("//", StringComparison.Ordinal))
        {
            text = text[Math.Max(0, text.IndexOf("public ", StringComparison.Ordinal))..]; // a comment that the list kept
        }

        var members = types[type];
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        var assignment = text.IndexOf(" = ", StringComparison.Ordinal);
        var words = Modifiers().Replace(text, "").Trim();
        if (Event().Match(words) is { Success: true } happening)
        {
            members.Add($"{Type(happening.Groups[1].Value)} {happening.Groups[2].Value} event");
        }
        else if (brace >= 0 && (open < 0 || open > brace || IsTupleProperty(words)))
        {
            var (propertyType, name) = Parameter(words[..words.IndexOf('{', StringComparison.Ordinal)].Trim());
            members.Add(name.StartsWith("this[", StringComparison.Ordinal) ? "indexer" : $"{propertyType} {name} property");
        }
        else if (open < 0 || (assignment >= 0 && assignment < open))
        {
            var declaration = (assignment < 0 ? words : words[..words.IndexOf(" = ", StringComparison.Ordinal)]).Trim().TrimEnd(',', ';');
            var (fieldType, name) = Parameter(declaration);
            members.Add(fieldType.Length == 0 ? $"value {name}" : $"{fieldType} {name} field");
        }
        else
        {
            AddMethod(type, words);
        }
    }

    private static bool IsTupleProperty(string words) => words.StartsWith('(') && !words.Contains(") =>", StringComparison.Ordinal)
        && words.TrimEnd().EndsWith('}');

    private void AddMethod(string type, string words)
    {
        var open = OpenOfParameters(words);
        var head = words[..open].Trim();
        var parameters = string.Join(",", Split(Inside(words, open)).Select(parameter => Parameter(parameter).Type));
        var members = types[type];
        if (head.Contains("operator", StringComparison.Ordinal))
        {
            members.Add("operator " + parameters);
            return;
        }

        var (result, name) = Parameter(head);
        if (result.Length == 0)
        {
            members.Add($"constructor({parameters})");
            withConstructors.Add(type);
        }
        else
        {
            members.Add($"{result} {Generic(name)}({parameters})");
        }
    }

    /// <summary>The bracket of the parameters, past a tuple that is the result.</summary>
    private static int OpenOfParameters(string words)
    {
        var depth = 0;
        for (var i = 0; i < words.Length; i++)
        {
            depth += words[i] switch { '<' => 1, '>' => -1, _ => 0 };
            if (words[i] == '(' && depth == 0)
            {
                if (i > 0)
                {
                    return i;
                }

                i = words.IndexOf(')', i);
            }
        }

        return words.IndexOf('(', StringComparison.Ordinal);
    }

    /// <summary>A method's type parameters by number: their names do not matter to callers.</summary>
    private static string Generic(string name)
    {
        var open = name.IndexOf('<', StringComparison.Ordinal);
        return open < 0 ? name : $"{name[..open]}`{name.Count(letter => letter == ',') + 1}";
    }

    private static string Inside(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth == 0)
            {
                return text[(open + 1)..i];
            }
        }

        return text[(open + 1)..];
    }

    private static IEnumerable<string> Split(string parameters)
    {
        var depth = 0;
        var part = new StringBuilder();
        foreach (var letter in parameters)
        {
            depth += letter switch { '<' or '(' or '[' => 1, '>' or ')' or ']' => -1, _ => 0 };
            if (letter == ',' && depth == 0)
            {
                yield return part.ToString();
                part.Clear();
            }
            else
            {
                part.Append(letter);
            }
        }

        if (part.ToString().Trim().Length > 0)
        {
            yield return part.ToString();
        }
    }

    private static (string Type, string Name) Parameter(string text)
    {
        text = Modifiers().Replace(text.Split(" = ")[0].Trim(), "").Trim();
        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            depth += text[i] switch { '>' or ')' or ']' => 1, '<' or '(' or '[' => -1, _ => 0 };
            if (text[i] == ' ' && depth == 0)
            {
                return (Type(text[..i]), text[(i + 1)..]);
            }
        }

        return ("", text);
    }

    /// <summary>A type's simple name, without spaces, qualifiers, nullability and names of tuple elements.</summary>
    private static string Type(string text)
    {
        text = Qualifier().Replace(text.Trim().Replace("?", "", StringComparison.Ordinal), "");
        if (text.StartsWith('(') && text.EndsWith(')'))
        {
            return $"({string.Join(",", Split(text[1..^1]).Select(item => Parameter(item) is ({ Length: > 0 } type, _) ? type : Type(item)))})";
        }

        var open = text.IndexOf('<', StringComparison.Ordinal);
        return open < 0 || text.LastIndexOf('>') < open
            ? text.Replace(" ", "", StringComparison.Ordinal).Replace("dynamic", "object", StringComparison.Ordinal)
            : $"{text[..open].Trim()}<{string.Join(",", Split(text[(open + 1)..text.LastIndexOf('>')]).Select(Type))}>{text[(text.LastIndexOf('>') + 1)..].Trim()}";
    }

    private static string Clean(string text) => Pragma().Replace(Attributes().Replace(text, ""), "");

    private static string TypeName(Type type)
    {
        var own = type.Name.Split('`')[0];
        var outer = type.DeclaringType is { } declaring ? TypeName(declaring) : type.Namespace;
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var arguments = type.GetGenericArguments().Skip(inherited).Select(argument => argument.Name).ToArray();
        return $"{outer}.{own}{(arguments.Length == 0 ? "" : $"<{string.Join(",", arguments)}>")}";
    }

    private IEnumerable<string> Members(Type type, string name)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
        {
            return type.GetEnumNames().Select(value => $"value {value}");
        }

        var members = new List<string>();
        var isRecord = records.Contains(name) || type.GetMethod("<Clone>$") is not null;
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible).Where(one => !one.IsStatic))
        {
            var parameters = constructor.GetParameters();
            if ((parameters.Length == 0 && (!withConstructors.Contains(name) || type.IsValueType))
                || (isRecord && parameters is [{ ParameterType: var only }] && only == type))
            {
                continue; // made by the compiler, which the list leaves out
            }

            members.Add($"constructor({Parameters(constructor)})");
        }

        foreach (var property in type.GetProperties(Declared).Where(one => one.GetAccessors(true).Any(IsVisible)))
        {
            var accessor = property.GetAccessors(true).First(IsVisible);
            if (IsOverride(accessor) || property.Name == "EqualityContract")
            {
                continue;
            }

            members.Add(property.GetIndexParameters().Length > 0 ? "indexer" : $"{Name(property.PropertyType)} {property.Name} property");
        }

        members.AddRange(type.GetEvents(Declared).Where(one => IsVisible(one.AddMethod!)).Select(one => $"{Name(one.EventHandlerType!)} {one.Name} event"));
        members.AddRange(type.GetFields(Declared)
            .Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly)
            .Select(field => $"{Name(field.FieldType)} {field.Name} field"));
        foreach (var method in type.GetMethods(Declared).Where(IsVisible))
        {
            if (method.Name.StartsWith("op_", StringComparison.Ordinal) && !isRecord)
            {
                members.Add("operator " + Parameters(method));
            }
            else if (!method.IsSpecialName && !IsOverride(method) && !(isRecord && IsOfRecords(method)))
            {
                var generic = method.IsGenericMethod ? $"`{method.GetGenericArguments().Length}" : "";
                members.Add($"{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})");
            }
        }

        return members;
    }

    private static bool IsOfRecords(MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute), false) || method.Name is "Deconstruct" or "<Clone>$" or "PrintMembers";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition() != method;

    private static string Parameters(MethodBase method) =>
        string.Join(",", method.GetParameters().Select(parameter => Name(parameter.ParameterType)));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying);
        }

        if (type.IsGenericType && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal))
        {
            return $"({string.Join(",", type.GetGenericArguments().Select(Name))})";
        }

        return Keywords.TryGetValue(type, out var keyword)
            ? keyword
            : type.Name.Split('`')[0] + (type.IsGenericType && type.Name.Contains('`', StringComparison.Ordinal)
                ? $"<{string.Join(",", type.GetGenericArguments().TakeLast(int.Parse(type.Name.Split('`')[1])).Select(Name))}>"
                : "");
    }

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(decimal)] = "decimal",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(object)] = "object",
        [typeof(short)] = "short",
        [typeof(string)] = "string",
        [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong",
        [typeof(ushort)] = "ushort",
        [typeof(void)] = "void",
    };

    [GeneratedRegex(@"^extension methods of (\w+), reached as IKubernetes\.(\w+);")]
    private static partial Regex Operations();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^(public|protected|internal|partial|static|sealed|abstract|readonly|class|struct|interface|enum|record|delegate)\b")]
    private static partial Regex DeclarationStart();

    [GeneratedRegex(@"\b(public|protected|internal|private|static|sealed|abstract|virtual|override|async|new|partial|readonly|const|required|extern|unsafe|this|params|ref|out|in|scoped)(?=[ (])")]
    private static partial Regex Modifiers();

    [GeneratedRegex(@"^\s*event (.+) (\w+)$")]
    private static partial Regex Event();

    [GeneratedRegex(@"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])")]
    private static partial Regex Qualifier();

    [GeneratedRegex(@"\[(?:property: |return: )?[A-Z]\w*(?:\((?:[^()""]|""[^""]*"")*\))?\]\s*")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"#pragma warning \w+ \w+(?:\s*//[^""]*?types internally)?\s*")]
    private static partial Regex Pragma();
}
