using System.Collections;
using System.Reflection;
using System.Text;

namespace Refit;

/// <summary>Everything about a method that does not change from call to call, worked out once.</summary>
internal sealed class RequestPlan
{
    private delegate void Part(Draft draft, object? value);

    private readonly HttpMethod _method;
    private readonly IReadOnlyList<string> _path; // literals at even, parameter names at odd places
    private readonly List<(string Name, string? Value)> _headers = [];
    private readonly List<(int Index, Part Apply)> _parts = [];
    private readonly int _cancellation = -1;
    private readonly Answer _answer;

    private RequestPlan(MethodInfo method)
    {
        var verb = method.GetCustomAttribute<HttpMethodAttribute>()
            ?? throw new ArgumentException($"{Name(method)} carries no attribute that makes it a request.");
        if (!verb.Path.StartsWith('/') && verb.Path.Length > 0)
        {
            throw new ArgumentException($"The path '{verb.Path}' of {Name(method)} must begin with a slash.");
        }

        _method = verb.Method;
        _path = Split(verb.Path);
        _answer = Answer.For(method);
        foreach (var line in Fixed(method))
        {
            var colon = line.IndexOf(':');
            var name = (colon < 0 ? line : line[..colon]).Trim();
            _headers.RemoveAll(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase));
            _headers.Add((name, colon < 0 ? null : line[(colon + 1)..].Trim()));
        }

        var inPath = _path.Where((_, i) => i % 2 == 1).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in method.GetParameters())
        {
            if (parameter.ParameterType == typeof(CancellationToken))
            {
                _cancellation = parameter.Position;
            }
            else
            {
                _parts.Add((parameter.Position, PartOf(parameter, inPath)));
            }
        }

        if (inPath.Count > 0)
        {
            throw new ArgumentException($"{Name(method)} has no parameter for {{{inPath.First()}}} of its path.");
        }
    }

    public static RequestPlan Of(MethodInfo method) => new(method);

    public object Invoke(HttpClient client, RefitSettings settings, object?[] arguments)
    {
        var draft = new Draft(settings);
        foreach (var (index, apply) in _parts)
        {
            apply(draft, arguments[index]);
        }

        var cancellation = _cancellation < 0 ? CancellationToken.None : (CancellationToken)arguments[_cancellation]!;
        return _answer.Send(client, settings, Request(client, draft), cancellation);
    }

    private HttpRequestMessage Request(HttpClient client, Draft draft)
    {
        var basis = client.BaseAddress
            ?? throw new InvalidOperationException("BaseAddress must be set on the HttpClient instance");
        var target = new StringBuilder(basis.AbsolutePath.TrimEnd('/'));
        for (var i = 0; i < _path.Count; i++)
        {
            target.Append(i % 2 == 0 ? _path[i] : draft.InPath.GetValueOrDefault(_path[i], ""));
        }

        target.Append(draft.Query.Length > 0 ? "?" : "").Append(draft.Query);
        var request = new HttpRequestMessage(_method, new Uri(basis, target.ToString())) { Content = draft.Body };
        foreach (var (name, value) in _headers.Concat(draft.Headers))
        {
            // The last word on a header wins, and null takes it away.
            request.Headers.Remove(name);
            if (value is not null && !request.Headers.TryAddWithoutValidation(name, value) && request.Content is { } body)
            {
                body.Headers.Remove(name);
                body.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private static Part PartOf(ParameterInfo parameter, HashSet<string> inPath)
    {
        var name = parameter.GetCustomAttribute<AliasAsAttribute>()?.Name ?? parameter.Name!;
        if (parameter.GetCustomAttribute<BodyAttribute>() is { } body)
        {
            return BodyPart(parameter.ParameterType, body.SerializationMethod);
        }

        if (parameter.GetCustomAttribute<HeaderAttribute>() is { } header)
        {
            return (draft, value) => draft.Headers.Add((header.Header, value?.ToString()));
        }

        if (inPath.Remove(name))
        {
            return (draft, value) => draft.InPath[name] =
                Uri.EscapeDataString(draft.Settings.Text(value, parameter) ?? "");
        }

        if (parameter.ParameterType.IsClass && parameter.ParameterType != typeof(string)
            && !typeof(IEnumerable).IsAssignableFrom(parameter.ParameterType))
        {
            throw new NotSupportedException(
                $"Parameter {name}: objects that unfold into query parameters, and bodies without [Body], are not supported.");
        }

        return QueryPart(name, parameter);
    }

    private static Part QueryPart(string name, ParameterInfo parameter)
    {
        var query = parameter.GetCustomAttribute<QueryAttribute>();
        return (draft, value) =>
        {
            if (value is not IEnumerable list || value is string)
            {
                draft.Ask(name, draft.Settings.Text(value, parameter));
                return;
            }

            var format = query is { IsCollectionFormatSpecified: true }
                ? query.CollectionFormat
                : draft.Settings.CollectionFormat;
            switch (format)
            {
                case CollectionFormat.Multi:
                    foreach (var text in draft.Settings.Texts(list, parameter))
                    {
                        draft.Ask(name, text);
                    }

                    break;
                case CollectionFormat.Csv:
                    draft.Ask(name, string.Join(',', draft.Settings.Texts(list, parameter)));
                    break;
                default:
                    draft.Ask(name, draft.Settings.Text(list, parameter));
                    break;
            }
        };
    }

    private static Part BodyPart(Type type, BodySerializationMethod how)
    {
        var serialize = typeof(RequestPlan)
            .GetMethod(nameof(Serialize), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .CreateDelegate<Func<IHttpContentSerializer, object?, HttpContent>>();
        return (draft, value) => draft.Body = (how, value) switch
        {
            (_, null) => null,
            (_, HttpContent content) => content,
            (_, Stream stream) => new StreamContent(stream),
            (BodySerializationMethod.Default, string text) => new StringContent(text),
            _ => serialize(draft.Settings.ContentSerializer, value),
        };
    }

    private static HttpContent Serialize<T>(IHttpContentSerializer serializer, object? value) =>
        serializer.ToHttpContent((T)value!);

    private static IEnumerable<string> Fixed(MethodInfo method) =>
        method.DeclaringType!.GetInterfaces().Append(method.DeclaringType)
            .SelectMany(type => type.GetCustomAttributes<HeadersAttribute>())
            .Concat(method.GetCustomAttributes<HeadersAttribute>())
            .SelectMany(attribute => attribute.Headers);

    private static List<string> Split(string path)
    {
        var parts = new List<string>();
        var at = 0;
        while (path.IndexOf('{', at) is >= 0 and var open)
        {
            var close = path.IndexOf('}', open);
            if (close < 0)
            {
                throw new ArgumentException($"The path '{path}' has an opening brace without a closing one.");
            }

            parts.Add(path[at..open]);
            parts.Add(path[(open + 1)..close]);
            at = close + 1;
        }

        parts.Add(path[at..]);
        return parts;
    }

    private static string Name(MethodInfo method) => $"{method.DeclaringType?.Name}.{method.Name}";

    /// <summary>What the arguments of one call add to the plan.</summary>
    private sealed class Draft(RefitSettings settings)
    {
        public RefitSettings Settings { get; } = settings;

        public Dictionary<string, string> InPath { get; } = new(StringComparer.OrdinalIgnoreCase);

        public StringBuilder Query { get; } = new();

        public List<(string Name, string? Value)> Headers { get; } = [];

        public HttpContent? Body { get; set; }

        public void Ask(string name, string? value)
        {
            if (value is not null)
            {
                Query.Append(Query.Length > 0 ? "&" : "")
                    .Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }
}
