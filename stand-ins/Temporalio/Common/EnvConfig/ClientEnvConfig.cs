using System.Collections;
using System.Globalization;
using System.Text;
using Temporalio.Client;

namespace Temporalio.Common.EnvConfig;

/// <summary>Connection options from a TOML file and from <c>TEMPORAL_*</c>; the environment wins.</summary>
public sealed record ClientEnvConfig(IReadOnlyDictionary<string, ClientEnvConfig.Profile> Profiles)
{
    /// <summary>All profiles of the file; the environment does not change them.</summary>
    public static ClientEnvConfig Load(ConfigLoadOptions? options = null)
    {
        var environment = EnvironmentOf(options?.OverrideEnvVars);
        return new(ProfileFile.Read(options?.ConfigSource, options?.ConfigFileStrict ?? false, environment));
    }

    /// <summary>Connection options of one profile.</summary>
    public static TemporalClientConnectOptions LoadClientConnectOptions(ProfileLoadOptions? options = null) =>
        Profile.Load(options).ToClientConnectionOptions();

    public static ClientEnvConfig FromDictionary(
        IReadOnlyDictionary<string, Dictionary<string, object>> profileDictionaries) =>
        new(profileDictionaries.ToDictionary(pair => pair.Key, pair => Profile.FromDictionary(pair.Value)));

    public IReadOnlyDictionary<string, Dictionary<string, object>> ToDictionary() =>
        Profiles.ToDictionary(pair => pair.Key, pair => pair.Value.ToDictionary());

    internal static IReadOnlyDictionary<string, string> EnvironmentOf(IReadOnlyDictionary<string, string>? given) =>
        given ?? Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "");

    /// <summary>One named set of connection options.</summary>
    public sealed record Profile(
        string? Address = null,
        string? Namespace = null,
        string? ApiKey = null,
        Tls? Tls = null,
        IReadOnlyDictionary<string, string>? GrpcMeta = null)
    {
        /// <summary>Reads file and environment.</summary>
        /// <exception cref="InvalidOperationException">The named profile or file is missing, or something in them is wrong.</exception>
        public static Profile Load(ProfileLoadOptions? options = null)
        {
            options ??= new();
            var environment = options.DisableEnv && options.OverrideEnvVars is null
                ? new Dictionary<string, string>()
                : EnvironmentOf(options.OverrideEnvVars);
            var named = options.Profile ?? (options.DisableEnv ? null : ProfileFile.Value(environment, "TEMPORAL_PROFILE"));
            Profile? profile = null;
            if (!options.DisableFile)
            {
                var profiles = ProfileFile.Read(options.ConfigSource, options.ConfigFileStrict, environment);
                if (!profiles.TryGetValue(named ?? "default", out profile) && named is not null and not "default")
                {
                    throw new InvalidOperationException($"The configuration has no profile '{named}'.");
                }
            }

            profile ??= new();
            return options.DisableEnv ? profile : ProfileFile.Override(profile, environment);
        }

        public static Profile FromDictionary(IReadOnlyDictionary<string, object> dictionary) => new(
            Text(dictionary, "address"),
            Text(dictionary, "namespace"),
            Text(dictionary, "api_key"),
            dictionary.TryGetValue("tls", out var tls) && tls is IReadOnlyDictionary<string, object> given
                ? EnvConfig.ClientEnvConfig.Tls.FromDictionary(given)
                : null,
            dictionary.TryGetValue("grpc_meta", out var meta) ? meta as IReadOnlyDictionary<string, string> : null);

        /// <exception cref="IOException">A certificate's file can not be read.</exception>
        public TemporalClientConnectOptions ToClientConnectionOptions()
        {
            var options = new TemporalClientConnectOptions
            {
                TargetHost = Address,
                ApiKey = ApiKey,
                Tls = Tls?.ToTlsOptions() ?? (ApiKey is null ? null : new TlsOptions()),
                RpcMetadata = GrpcMeta is { Count: > 0 } ? [.. GrpcMeta] : null,
            };
            if (Namespace is not null)
            {
                options.Namespace = Namespace;
            }

            return options;
        }

        public Dictionary<string, object> ToDictionary()
        {
            var dictionary = new Dictionary<string, object>();
            Put(dictionary, "address", Address);
            Put(dictionary, "namespace", Namespace);
            Put(dictionary, "api_key", ApiKey);
            Put(dictionary, "tls", Tls?.ToDictionary());
            Put(dictionary, "grpc_meta", GrpcMeta is null ? null : new Dictionary<string, string>(GrpcMeta));
            return dictionary;
        }

        private static string? Text(IReadOnlyDictionary<string, object> dictionary, string key) =>
            dictionary.TryGetValue(key, out var value) ? value as string : null;

        private static void Put(Dictionary<string, object> dictionary, string key, object? value)
        {
            if (value is not null)
            {
                dictionary[key] = value;
            }
        }
    }

    /// <summary>Certificates and names.</summary>
    public sealed record Tls(
        bool? Disabled = null,
        string? ServerName = null,
        DataSource? ServerRootCACert = null,
        DataSource? ClientCert = null,
        DataSource? ClientPrivateKey = null)
    {
        public static Tls FromDictionary(IReadOnlyDictionary<string, object> dictionary) => new(
            dictionary.TryGetValue("disabled", out var disabled) ? disabled as bool? : null,
            dictionary.TryGetValue("server_name", out var name) ? name as string : null,
            Source(dictionary, "server_ca_cert"),
            Source(dictionary, "client_cert"),
            Source(dictionary, "client_key"));

        /// <summary>Null where TLS is switched off.</summary>
        public TlsOptions? ToTlsOptions() => Disabled is true
            ? new() { Disabled = true }
            : new()
            {
                Domain = ServerName,
                ServerRootCACert = ServerRootCACert?.GetBytes(),
                ClientCert = ClientCert?.GetBytes(),
                ClientPrivateKey = ClientPrivateKey?.GetBytes(),
            };

        public Dictionary<string, object> ToDictionary()
        {
            var dictionary = new Dictionary<string, object>();
            if (Disabled is { } disabled)
            {
                dictionary["disabled"] = disabled;
            }

            if (ServerName is not null)
            {
                dictionary["server_name"] = ServerName;
            }

            foreach (var (key, source) in new[]
            {
                ("server_ca_cert", ServerRootCACert), ("client_cert", ClientCert), ("client_key", ClientPrivateKey),
            })
            {
                if (source?.ToDictionary() is { } value)
                {
                    dictionary[key] = value;
                }
            }

            return dictionary;
        }

        private static DataSource? Source(IReadOnlyDictionary<string, object> dictionary, string key) =>
            dictionary.TryGetValue(key, out var value) ? DataSource.FromDictionary(value as IReadOnlyDictionary<string, string>) : null;
    }

    /// <summary>Where one profile is read from.</summary>
    public class ProfileLoadOptions : ICloneable
    {
        /// <summary>Null is <c>TEMPORAL_PROFILE</c>, else <c>default</c>.</summary>
        public string? Profile { get; set; }

        /// <summary>Null is <c>TEMPORAL_CONFIG_FILE</c>, else the user's own file.</summary>
        public DataSource? ConfigSource { get; set; }

        public bool DisableFile { get; set; }

        public bool DisableEnv { get; set; }

        /// <summary>Refuses keys that are not known.</summary>
        public bool ConfigFileStrict { get; set; }

        /// <summary>Used instead of this process's variables.</summary>
        public IReadOnlyDictionary<string, string>? OverrideEnvVars { get; set; }

        public virtual object Clone() => MemberwiseClone();
    }

    /// <summary>Where all profiles are read from.</summary>
    public class ConfigLoadOptions : ICloneable
    {
        /// <summary>Null is <c>TEMPORAL_CONFIG_FILE</c>, else the user's own file.</summary>
        public DataSource? ConfigSource { get; set; }

        /// <summary>Refuses keys that are not known.</summary>
        public bool ConfigFileStrict { get; set; }

        /// <summary>Used instead of this process's variables.</summary>
        public IReadOnlyDictionary<string, string>? OverrideEnvVars { get; set; }

        public virtual object Clone() => MemberwiseClone();
    }
}

/// <summary>The file and the variables behind <see cref="ClientEnvConfig"/>.</summary>
internal static class ProfileFile
{
    private static readonly string[] ProfileKeys = ["address", "namespace", "api_key"];

    private static readonly string[] TlsKeys =
    [
        "disabled", "server_name", "disable_host_verification", "client_cert_path", "client_cert_data",
        "client_key_path", "client_key_data", "server_ca_cert_path", "server_ca_cert_data",
    ];

    public static string? Value(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public static IReadOnlyDictionary<string, ClientEnvConfig.Profile> Read(
        DataSource? source, bool strict, IReadOnlyDictionary<string, string> environment)
    {
        string text;
        if (source is { Data: { } data })
        {
            text = Encoding.UTF8.GetString(data);
        }
        else
        {
            var named = source?.Path ?? Value(environment, "TEMPORAL_CONFIG_FILE");
            var path = named ?? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "temporalio", "temporal.toml");
            if (!File.Exists(path))
            {
                return named is null
                    ? new Dictionary<string, ClientEnvConfig.Profile>()
                    : throw new InvalidOperationException($"The configuration file {path} does not exist.");
            }

            text = File.ReadAllText(path);
        }

        return FromTables(Toml.Parse(text), strict);
    }

    public static ClientEnvConfig.Profile Override(
        ClientEnvConfig.Profile profile, IReadOnlyDictionary<string, string> environment)
    {
        var tls = profile.Tls ?? new();
        tls = tls with
        {
            Disabled = Value(environment, "TEMPORAL_TLS") is { } on ? !Flag("TEMPORAL_TLS", on) : tls.Disabled,
            ServerName = Value(environment, "TEMPORAL_TLS_SERVER_NAME") ?? tls.ServerName,
            ClientCert = Source(environment, "TEMPORAL_TLS_CLIENT_CERT") ?? tls.ClientCert,
            ClientPrivateKey = Source(environment, "TEMPORAL_TLS_CLIENT_KEY") ?? tls.ClientPrivateKey,
            ServerRootCACert = Source(environment, "TEMPORAL_TLS_SERVER_CA_CERT") ?? tls.ServerRootCACert,
        };
        if (Value(environment, "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION") is { } unverified
            && Flag("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", unverified))
        {
            throw NoHostVerification("TEMPORAL_TLS_DISABLE_HOST_VERIFICATION");
        }

        const string Meta = "TEMPORAL_GRPC_META_";
        var meta = new Dictionary<string, string>(profile.GrpcMeta ?? new Dictionary<string, string>());
        foreach (var (name, value) in environment.Where(one => one.Key.StartsWith(Meta, StringComparison.Ordinal)))
        {
            var key = name[Meta.Length..].ToLowerInvariant().Replace('_', '-');
            if (value.Length == 0)
            {
                meta.Remove(key);
            }
            else
            {
                meta[key] = value;
            }
        }

        return new(
            Value(environment, "TEMPORAL_ADDRESS") ?? profile.Address,
            Value(environment, "TEMPORAL_NAMESPACE") ?? profile.Namespace,
            Value(environment, "TEMPORAL_API_KEY") ?? profile.ApiKey,
            profile.Tls is null && tls == new ClientEnvConfig.Tls() ? null : tls,
            meta.Count == 0 ? null : meta);
    }

    private static Dictionary<string, ClientEnvConfig.Profile> FromTables(
        IReadOnlyDictionary<string, Dictionary<string, object>> tables, bool strict)
    {
        var profiles = new Dictionary<string, ClientEnvConfig.Profile>();
        foreach (var (table, values) in tables)
        {
            var parts = Toml.Path(table);
            var part = parts.Length == 3 ? parts[2] : null;
            if (parts is not ["profile", ..] || parts.Length is < 2 or > 3 || part is not null and not "tls" and not "grpc_meta")
            {
                if (strict && (table.Length > 0 || values.Count > 0))
                {
                    throw new InvalidOperationException($"The configuration has the unknown table '{table}'.");
                }

                continue;
            }

            var profile = profiles.GetValueOrDefault(parts[1]) ?? new();
            profiles[parts[1]] = part switch
            {
                null => WithProfile(profile, table, values, strict),
                "tls" => profile with { Tls = Tls(table, values, strict) },
                _ => profile with { GrpcMeta = values.ToDictionary(one => one.Key.ToLowerInvariant().Replace('_', '-'), one => Text(table, one.Key, one.Value)) },
            };
        }

        return profiles;
    }

    private static ClientEnvConfig.Profile WithProfile(
        ClientEnvConfig.Profile profile, string table, Dictionary<string, object> values, bool strict)
    {
        RefuseUnknown(table, values, ProfileKeys, strict);
        return profile with
        {
            Address = Text(table, values, "address"),
            Namespace = Text(table, values, "namespace"),
            ApiKey = Text(table, values, "api_key"),
        };
    }

    private static ClientEnvConfig.Tls Tls(string table, Dictionary<string, object> values, bool strict)
    {
        RefuseUnknown(table, values, TlsKeys, strict);
        if (values.TryGetValue("disable_host_verification", out var unverified) && unverified is true)
        {
            throw NoHostVerification($"{table}.disable_host_verification");
        }

        return new(
            values.TryGetValue("disabled", out var disabled)
                ? disabled as bool? ?? throw new InvalidOperationException($"{table}.disabled must be true or false.")
                : null,
            Text(table, values, "server_name"),
            Source("server_ca_cert"),
            Source("client_cert"),
            Source("client_key"));

        DataSource? Source(string key) => One(
            $"{table}.{key}", Text(table, values, key + "_path"), Text(table, values, key + "_data"));
    }

    private static DataSource? Source(IReadOnlyDictionary<string, string> environment, string name) =>
        One(name, Value(environment, name + "_PATH"), Value(environment, name + "_DATA"));

    private static DataSource? One(string name, string? path, string? data) => (path, data) switch
    {
        (not null, not null) => throw new InvalidOperationException($"{name} is given as path and as data; give one of them."),
        (not null, _) => DataSource.FromPath(path),
        (_, not null) => DataSource.FromUTF8String(data),
        _ => null,
    };

    private static bool Flag(string name, string value) => value.ToLowerInvariant() switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new InvalidOperationException($"{name} must be true or false; '{value}' is neither."),
    };

    private static string? Text(string table, Dictionary<string, object> values, string key) =>
        values.TryGetValue(key, out var value) ? Text(table, key, value) : null;

    private static string Text(string table, string key, object value) =>
        value as string ?? throw new InvalidOperationException($"{table}.{key} must be a string.");

    private static void RefuseUnknown(string table, Dictionary<string, object> values, string[] known, bool strict)
    {
        if (strict && values.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            throw new InvalidOperationException($"The configuration has the unknown key '{table}.{unknown}'.");
        }
    }

    private static NotSupportedException NoHostVerification(string name) =>
        new($"{name} is not supported; set the server's name or its authority's certificate instead.");
}

/// <summary>The part of TOML that such files use: tables, strings, booleans and numbers.</summary>
internal static class Toml
{
    public static IReadOnlyDictionary<string, Dictionary<string, object>> Parse(string text)
    {
        var tables = new Dictionary<string, Dictionary<string, object>> { [""] = [] };
        var table = "";
        var reader = new Reader(text.ReplaceLineEndings("\n"));
        while (reader.NextStatement())
        {
            if (reader.Take('['))
            {
                table = reader.Until(']').Trim();
                tables.TryAdd(table, []);
            }
            else
            {
                var key = reader.Until('=').Trim().Trim('"', '\'');
                if (key.Length == 0 || key.Contains('\n', StringComparison.Ordinal) || !tables[table].TryAdd(key, reader.Value()))
                {
                    throw reader.Wrong($"'{key}' is no key, or is given twice");
                }
            }

            reader.EndOfLine();
        }

        return tables;
    }

    public static string[] Path(string table) =>
        [.. table.Split('.').Select(part => part.Trim().Trim('"', '\''))];

    private sealed class Reader(string text)
    {
        private int at;

        public bool NextStatement()
        {
            while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == '#'))
            {
                at = text[at] == '#' ? LineEnd() : at + 1;
            }

            return at < text.Length;
        }

        public bool Take(char wanted)
        {
            var found = at < text.Length && text[at] == wanted;
            at += found ? 1 : 0;
            return found;
        }

        public string Until(char end)
        {
            var found = text.IndexOf(end, at);
            if (found < 0 || found > LineEnd())
            {
                throw Wrong($"'{end}' is missing");
            }

            var part = text[at..found];
            at = found + 1;
            return part;
        }

        public object Value()
        {
            Spaces();
            foreach (var (quote, escapes, lines) in new[]
            {
                ("\"\"\"", true, true), ("'''", false, true), ("\"", true, false), ("'", false, false),
            })
            {
                if (text.AsSpan(at).StartsWith(quote))
                {
                    at += quote.Length;
                    return String(quote, escapes, lines);
                }
            }

            var end = text.AsSpan(at).IndexOfAny('\n', '#');
            var word = (end < 0 ? text[at..] : text.Substring(at, end)).Trim();
            at = end < 0 ? text.Length : at + end;
            return word switch
            {
                "true" => true,
                "false" => false,
                _ when double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
                _ => throw Wrong($"'{word}' is no value"),
            };
        }

        public void EndOfLine()
        {
            Spaces();
            if (at < text.Length && text[at] is not '\n' and not '#')
            {
                throw Wrong("there is more than one thing");
            }
        }

        public InvalidOperationException Wrong(string what) => new(
            $"The configuration is wrong in line {text.AsSpan(0, Math.Min(at, text.Length)).Count('\n') + 1}: {what}.");

        private string String(string quote, bool escapes, bool lines)
        {
            var value = new StringBuilder();
            if (lines)
            {
                Take('\n');
            }

            while (!text.AsSpan(at).StartsWith(quote))
            {
                if (at >= text.Length || (!lines && text[at] == '\n'))
                {
                    throw Wrong("a string does not end");
                }

                var letter = text[at++];
                value.Append(escapes && letter == '\\' && at < text.Length ? Escaped() : letter.ToString());
            }

            at += quote.Length;
            return value.ToString();
        }

        private string Escaped()
        {
            var kind = text[at++];
            switch (kind)
            {
                case 'n':
                    return "\n";
                case 't':
                    return "\t";
                case 'r':
                    return "\r";
                case '"' or '\\':
                    return kind.ToString();
                case 'u' or 'U':
                    var digits = kind == 'u' ? 4 : 8;
                    if (at + digits > text.Length || !int.TryParse(
                        text.AsSpan(at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rune)
                        || !Rune.IsValid(rune))
                    {
                        throw Wrong("an escaped character is none");
                    }

                    at += digits;
                    return new Rune(rune).ToString();
                default:
                    throw Wrong($"'\\{kind}' is no escape");
            }
        }

        private int LineEnd()
        {
            var end = text.IndexOf('\n', at);
            return end < 0 ? text.Length : end;
        }

        private void Spaces()
        {
            while (at < text.Length && text[at] is ' ' or '\t')
            {
                at++;
            }
        }
    }
}
