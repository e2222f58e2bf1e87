namespace Metal3.Activities.Ironic;

/// <summary>How to reach Ironic. The environment variables are those of the Go operator.</summary>
public sealed record IronicOptions
{
    /// <summary>Highest microversion that is asked for is the highest of these that the server knows.</summary>
    internal static readonly IReadOnlyList<MicroVersion> Spoken = [new(1, 110), new(1, 109), new(1, 95), new(1, 93), new(1, 89)];

    /// <summary>Name of this Ironic in workflow ids and logs.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Base address, with or without <c>/v1</c>; any user info in it is refused.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// The object from which scheme, credentials and CA are read, again and again; null means that these options say everything.
    /// </summary>
    public IronicResource? Resource { get; init; }

    /// <summary>
    /// Directory with the files <c>username</c> and <c>password</c> for HTTP basic authentication; null means that Ironic
    /// asks for none. The files are read again every 30 seconds and after each refusal, so that they can be rotated.
    /// </summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>PEM bundle that replaces the system's trust roots; null or a missing file means the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM client certificate; used only when it and its key exist.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM key of the client certificate.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Whether the server's certificate is not verified (<c>IRONIC_INSECURE</c>).</summary>
    public bool Insecure { get; init; }

    /// <summary>Longest time for one whole request. At least 5 s: Ironic waits about 2 s for a node's lock by itself.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a verified connection (version and drivers) is believed. Null, the default, means until a failure casts
    /// doubt on it; zero means never.
    /// </summary>
    public TimeSpan? VerifiedFor { get; init; }

    /// <summary>Largest answer that is read, in bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Nodes in one page of a listing; 1000 is also the most a default Ironic gives.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>First pause before a safe request is tried again; doubles each time.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Attempts at a safe request (a GET) that met a fast failure.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Reads the Go operator's variables.</summary>
    /// <param name="variable">The value of an environment variable, null or empty if unset.</param>
    /// <exception cref="ArgumentException">A value is missing or wrong; the message names the variable and the remedy.</exception>
    public static IronicOptions FromEnvironment(Func<string, string?> variable)
    {
        var resource = ResourceFrom(variable);
        var address = resource is null ? EndpointFrom(variable) : new Uri($"http://{resource.Name}.{resource.Namespace}.svc/v1/");
        var credentials = Path.Combine(Text(variable, "METAL3_AUTH_ROOT_DIR") ?? "/opt/metal3/auth", "ironic");
        return new IronicOptions
        {
            Endpoint = address,
            Resource = resource,
            CredentialsDirectory = resource is null && Directory.Exists(credentials) ? credentials : null,
            CaFile = resource is not null ? null : Existing(variable, "IRONIC_CACERT_FILE", "/opt/metal3/certs/ca/tls.crt"),
            ClientCertificateFile = Existing(variable, "IRONIC_CLIENT_CERT_FILE", "/opt/metal3/certs/client/tls.crt"),
            ClientKeyFile = Existing(variable, "IRONIC_CLIENT_PRIVATE_KEY_FILE", "/opt/metal3/certs/client/tls.key"),
            Insecure = string.Equals(Text(variable, "IRONIC_INSECURE"), "true", StringComparison.OrdinalIgnoreCase),
            Timeout = Duration(variable, "IRONIC_CLIENT_TIMEOUT", TimeSpan.FromSeconds(5)) ?? TimeSpan.FromSeconds(30),
            VerifiedFor = Duration(variable, "IRONIC_CLIENT_CACHE_TTL", TimeSpan.Zero),
        };
    }

    private static Uri EndpointFrom(Func<string, string?> variable)
    {
        var endpoint = Text(variable, "IRONIC_ENDPOINT") ?? throw new ArgumentException(
            "IRONIC_ENDPOINT is not set; set it to Ironic's address, for example http://172.22.0.2:6385/v1/, or IRONIC_NAME to the "
            + "name of an Ironic resource.");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("IRONIC_ENDPOINT is no http or https address.");
        }

        return address.UserInfo.Length == 0 ? address : throw new ArgumentException(
            "IRONIC_ENDPOINT holds credentials; take them out and put them into files below METAL3_AUTH_ROOT_DIR.");
    }

    private static IronicResource? ResourceFrom(Func<string, string?> variable)
    {
        if (Text(variable, "IRONIC_NAME") is not { } name)
        {
            return Text(variable, "IRONIC_NAMESPACE") is null ? null : throw new ArgumentException(
                "IRONIC_NAMESPACE is set without IRONIC_NAME; set IRONIC_NAME to the name of the Ironic resource, or unset both.");
        }

        var space = Text(variable, "IRONIC_NAMESPACE") ?? Text(variable, "POD_NAMESPACE") ?? OwnNamespace() ?? throw new ArgumentException(
            "IRONIC_NAMESPACE is not set and this process runs in no pod; set it to the namespace of the Ironic resource.");
        return IsLabel(name) && IsLabel(space) ? new IronicResource(space, name) : throw new ArgumentException(
            "IRONIC_NAME and IRONIC_NAMESPACE must be names of Kubernetes objects: small letters, digits and '-'.");
    }

    private static string? OwnNamespace()
    {
        const string file = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>A DNS label (RFC 1123): both become parts of a host name.</summary>
    private static bool IsLabel(string text) =>
        text.Length <= 63 && text[0] != '-' && text[^1] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');

    private static string? Text(Func<string, string?> variable, string name) =>
        variable(name)?.Trim() is { Length: > 0 } text ? text : null;

    private static string? Existing(Func<string, string?> variable, string name, string otherwise)
    {
        var path = Text(variable, name) ?? otherwise;
        return File.Exists(path) ? path : null;
    }

    private static TimeSpan? Duration(Func<string, string?> variable, string name, TimeSpan least)
    {
        if (Text(variable, name) is not { } text)
        {
            return null;
        }

        return GoDuration.TryParse(text, out var value) && value >= least
            ? value
            : throw new ArgumentException(
                $"{name} is '{text}'; write a duration of at least {GoDuration.Format(least)}, for example 30s or 1m30s.");
    }
}

/// <summary>Durations as Go writes them, for the variables that the Go operator reads: <c>1h2m3.5s</c>, <c>250ms</c>.</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Milliseconds)[] Units =
        [("ns", 1e-6), ("us", 1e-3), ("µs", 1e-3), ("ms", 1), ("s", 1e3), ("m", 6e4), ("h", 3.6e6)];

    public static string Format(TimeSpan value) => $"{value.TotalSeconds:0.###}s";

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var rest = text.AsSpan().Trim();
        if (rest is "0")
        {
            return true;
        }

        var sum = 0.0;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] is '.'))
            {
                digits++;
            }

            var letters = digits;
            while (letters < rest.Length && !char.IsAsciiDigit(rest[letters]) && rest[letters] is not '.')
            {
                letters++;
            }

            var unit = rest[digits..letters].ToString();
            var known = Array.Find(Units, one => one.Unit == unit);
            if (known.Unit is null || !double.TryParse(rest[..digits], out var number))
            {
                return false;
            }

            sum += number * known.Milliseconds;
            rest = rest[letters..];
        }

        if (sum > TimeSpan.FromDays(365).TotalMilliseconds)
        {
            return false;
        }

        value = TimeSpan.FromMilliseconds(sum);
        return true;
    }
}
