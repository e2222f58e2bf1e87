using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>
/// Conversations with the reference server, kept as files: each request or <c>kubectl</c> command with the answer it got. Every
/// target must give the same answers. <c>METAL3_RECORD=1</c> writes the real server's answers into the files.
/// </summary>
/// <remarks>
/// A file is a list of blocks. <c>&gt;&gt;&gt;</c> starts a request (<c>METHOD path [content type] [accept]</c>, then the body) or
/// a <c>kubectl</c> command (then its standard input); <c>&lt;&lt;&lt;</c> starts the answer. What differs from run to run is
/// replaced before comparing: namespaces, uids, versions, times, ages.
/// </remarks>
public sealed partial class TranscriptTests(Targets targets)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly bool Recording = Environment.GetEnvironmentVariable("METAL3_RECORD") is "1";

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts"), "*.txt").Order(StringComparer.Ordinal))
            {
                cases.Add("lab", Path.GetFileNameWithoutExtension(file));
                cases.Add("real", Path.GetFileNameWithoutExtension(file));
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_target_answers_as_the_transcript_says(string target, string transcript)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var cluster = await targets.SharedAsync(target);
        using var speaker = new Speaker(cluster, await PrepareAsync(cluster, cancellation));
        var exchanges = Exchange.Read(Path.Combine(AppContext.BaseDirectory, "Transcripts", transcript + ".txt"));
        var problems = new List<string>();

        foreach (var exchange in exchanges)
        {
            var answer = await speaker.AskAsync(exchange, cancellation);
            if (Recording && target == "real")
            {
                exchange.Answer = answer;
            }
            else if (!exchange.Answer.Equals(answer, StringComparison.Ordinal))
            {
                problems.Add($"{exchange.Question}\n--- expected\n{exchange.Answer}\n--- got\n{answer}");
            }
        }

        if (Recording && target == "real")
        {
            Exchange.Write(Environment.GetEnvironmentVariable("METAL3_TRANSCRIPTS")!, transcript, exchanges);
        }

        Assert.True(problems.Count == 0, string.Join("\n\n", problems));
    }

    internal static async Task<(int Code, string Output)> RunAsync(
        string file, IEnumerable<string> arguments, string input, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>A namespace of the transcript's own, and the type that all transcripts speak about.</summary>
    internal static async Task<string> PrepareAsync(KubernetesTarget cluster, CancellationToken cancellation)
    {
        using var client = cluster.Connect();
        var definition = Path.Combine(AppContext.BaseDirectory, "Transcripts", "gadget.yaml");
        await RunAsync("kubectl", ["--kubeconfig", cluster.Kubeconfig, "apply", "--server-side", "-f", definition], "", cancellation);
        await RunAsync(
            "kubectl",
            ["--kubeconfig", cluster.Kubeconfig, "wait", "--for=condition=Established", "crd/gadgets.conformance.metal3.io"],
            "",
            cancellation);
        using var speaker = new Speaker(cluster, "default");
        while (!(await speaker.AskAsync(new Exchange("GET /apis/conformance.metal3.io/v1/gadgets"), cancellation)).StartsWith("200", StringComparison.Ordinal))
        {
            await Task.Delay(50, cancellation); // the endpoint comes a moment after "Established"
        }

        return await Namespaces.CreateAsync(client, cancellation);
    }

    private sealed class Exchange(string question)
    {
        public string Question { get; } = question;

        public string Answer { get; set; } = "";

        public static List<Exchange> Read(string path)
        {
            var exchanges = new List<Exchange>();
            foreach (var block in File.ReadAllText(path).Split(">>> ", StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = block.Split("<<<\n", 2);
                exchanges.Add(new Exchange(parts[0].Trim()) { Answer = parts.Length > 1 ? parts[1].Trim() : "" });
            }

            return exchanges;
        }

        public static void Write(string directory, string name, List<Exchange> exchanges)
        {
            var text = string.Join("\n", exchanges.Select(e => $">>> {e.Question}\n<<<\n{e.Answer}\n"));
            File.WriteAllText(Path.Combine(directory, name + ".txt"), text);
        }
    }

    private sealed partial class Speaker : IDisposable
    {
        private readonly KubernetesTarget _cluster;
        private readonly string _namespace;
        private readonly HttpClient _http;

        public Speaker(KubernetesTarget cluster, string ns)
        {
            _cluster = cluster;
            _namespace = ns;
            var configuration = cluster.Configuration();
            _http = new HttpClient(new SocketsHttpHandler
            {
                // The suite is about answers; that clients check certificates is tested with the client.
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
            })
            {
                BaseAddress = new Uri(configuration.Host),
            };
            _http.DefaultRequestHeaders.UserAgent.ParseAdd("transcript/1");
            if (configuration.AccessToken is { } token)
            {
                _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }
        }

        public void Dispose() => _http.Dispose();

        public async Task<string> AskAsync(Exchange exchange, CancellationToken cancellation)
        {
            var lines = exchange.Question.Replace("NAMESPACE", _namespace, StringComparison.Ordinal).Split('\n', 2);
            var rest = lines.Length > 1 ? lines[1] : "";
            var words = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "kubectl")
            {
                var arguments = Words().Matches(lines[0]["kubectl".Length..]).Select(m => m.Value.Trim('\'')).ToList();
                var (code, output) = await RunAsync(
                    RealServers.OnPath("kubectl"), ["--kubeconfig", _cluster.Kubeconfig, "-n", _namespace, .. arguments], rest, cancellation);
                return Plain($"{code}\n{output}");
            }

            using var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]);
            if (rest.Length > 0)
            {
                request.Content = new StringContent(rest.Trim());
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(words.Length > 2 ? words[2] : "application/json");
            }

            request.Headers.TryAddWithoutValidation("Accept", words.Length > 3 ? words[3] : "application/json");
            using var response = await _http.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            var warnings = response.Headers.TryGetValues("Warning", out var values) ? string.Concat(values.Order(StringComparer.Ordinal).Select(v => $"\n{v}")) : "";
            return Plain($"{(int)response.StatusCode}{warnings}\n{Readable(body)}");
        }

        /// <summary>Indented, keys and causes sorted, without what the servers may word or order as they like.</summary>
        private static string Readable(string body)
        {
            if (!body.StartsWith('{'))
            {
                return body;
            }

            var node = (JsonObject)JsonNode.Parse(body)!;
            if (node["details"]?["causes"] is JsonArray { Count: > 1 } causes)
            {
                // The reference walks maps in random order and finds some violations twice.
                var sorted = causes.Select(c => Sorted(c)!).DistinctBy(c => c.ToJsonString()).OrderBy(c => c.ToJsonString(), StringComparer.Ordinal).ToArray();
                node["details"]!["causes"] = new JsonArray(sorted);
                if (sorted.Length > 1)
                {
                    node["message"] = "(of all causes)";
                }
            }

            foreach (var column in node["columnDefinitions"] as JsonArray ?? [])
            {
                column!["description"] = "(words)";
            }

            Drop(node, "managedFields");
            return Sorted(node)!.ToJsonString(Indented);
        }

        private static void Drop(JsonNode? node, string key)
        {
            switch (node)
            {
                case JsonObject map:
                    map.Remove(key);
                    foreach (var (_, value) in map)
                    {
                        Drop(value, key);
                    }

                    break;
                case JsonArray items:
                    foreach (var item in items)
                    {
                        Drop(item, key);
                    }

                    break;
            }
        }

        private static JsonNode? Sorted(JsonNode? node) => node switch
        {
            JsonObject map => new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
            JsonArray items => new JsonArray(items.Select(Sorted).ToArray()),
            _ => node?.DeepClone(),
        };

        private string Plain(string text)
        {
            text = text.Replace(_namespace, "NAMESPACE", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
            text = Dumped().Replace(text, "");
            text = Uid().Replace(text, "UID");
            text = Time().Replace(text, "TIME");
            text = Version().Replace(text, "${key}VERSION");
            text = Record().Replace(text, "record (VERSION)");
            text = Age().Replace(text, "AGE");
            return string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).Trim();
        }

        // Refused patches show the whole object, with its field owners.
        [GeneratedRegex("""\\+"managedFields\\+":\[.*?\],(?=\\+"(name|namespace)\\+":)""", RegexOptions.ExplicitCapture)]
        private static partial Regex Dumped();

        [GeneratedRegex("'[^']*'|\\S+")]
        private static partial Regex Words();

        [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture)]
        private static partial Regex Uid();

        [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")]
        private static partial Regex Time();

        [GeneratedRegex("""(?<key>(resourceVersion\\*"?: ?\\*"|Resource Version:\s+|current: ))\d+""", RegexOptions.ExplicitCapture)]
        private static partial Regex Version();

        [GeneratedRegex(@"record \(\d+\)")]
        private static partial Regex Record();

        [GeneratedRegex(@"\b\d+s\b")]
        private static partial Regex Age();
    }
}
