using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>
/// Reads the protobuf form of the built-in kinds that <c>kubectl create</c> makes itself: its typed clients send nothing else.
/// Answers are JSON always, which every client accepts beside protobuf.
/// </summary>
internal static class Protobuf
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>
    /// Fields by number: name, then what it is. <c>s</c> text, <c>i</c> integer, <c>b</c> truth, <c>y</c> bytes, <c>t</c> time,
    /// <c>u</c> time with microseconds, <c>x</c> integer or text, another word a message; <c>[]</c> repeats, <c>{}</c> maps from text.
    /// </summary>
    private static readonly Dictionary<string, Dictionary<int, (string Name, string What)>> Messages = Table("""
        ObjectMeta: 1 name s, 2 generateName s, 3 namespace s, 4 selfLink s, 5 uid s, 6 resourceVersion s, 7 generation i, 8 creationTimestamp t, 11 labels {}s, 12 annotations {}s, 13 ownerReferences []OwnerReference, 14 finalizers []s
        OwnerReference: 1 kind s, 3 name s, 4 uid s, 5 apiVersion s, 6 controller b, 7 blockOwnerDeletion b
        ConfigMap: 1 metadata ObjectMeta, 2 data {}s, 3 binaryData {}y, 4 immutable b
        Secret: 1 metadata ObjectMeta, 2 data {}y, 3 type s, 4 stringData {}s, 5 immutable b
        Namespace: 1 metadata ObjectMeta, 2 spec NamespaceSpec, 3 status NamespaceStatus
        NamespaceSpec: 1 finalizers []s
        NamespaceStatus: 1 phase s
        ServiceAccount: 1 metadata ObjectMeta, 2 secrets []ObjectReference, 3 imagePullSecrets []LocalObjectReference, 4 automountServiceAccountToken b
        ObjectReference: 1 kind s, 2 namespace s, 3 name s, 4 uid s, 5 apiVersion s, 6 resourceVersion s, 7 fieldPath s
        LocalObjectReference: 1 name s
        Role: 1 metadata ObjectMeta, 2 rules []PolicyRule
        ClusterRole: 1 metadata ObjectMeta, 2 rules []PolicyRule, 3 aggregationRule AggregationRule
        AggregationRule: 1 clusterRoleSelectors []LabelSelector
        LabelSelector: 1 matchLabels {}s, 2 matchExpressions []LabelSelectorRequirement
        LabelSelectorRequirement: 1 key s, 2 operator s, 3 values []s
        PolicyRule: 1 verbs []s, 2 apiGroups []s, 3 resources []s, 4 resourceNames []s, 5 nonResourceURLs []s
        RoleBinding: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
        ClusterRoleBinding: 1 metadata ObjectMeta, 2 subjects []Subject, 3 roleRef RoleRef
        Subject: 1 kind s, 2 apiGroup s, 3 name s, 4 namespace s
        RoleRef: 1 apiGroup s, 2 kind s, 3 name s
        Service: 1 metadata ObjectMeta, 2 spec ServiceSpec, 3 status Empty
        ServiceSpec: 1 ports []ServicePort, 2 selector {}s, 3 clusterIP s, 4 type s, 5 externalIPs []s, 7 sessionAffinity s, 8 loadBalancerIP s, 9 loadBalancerSourceRanges []s, 10 externalName s, 11 externalTrafficPolicy s, 18 clusterIPs []s
        ServicePort: 1 name s, 2 protocol s, 3 port i, 4 targetPort x, 5 nodePort i, 6 appProtocol s
        Deployment: 1 metadata ObjectMeta, 2 spec DeploymentSpec, 3 status Empty
        DeploymentSpec: 1 replicas i, 2 selector LabelSelector, 3 template PodTemplateSpec, 4 strategy Empty
        PodTemplateSpec: 1 metadata ObjectMeta, 2 spec PodSpec
        PodSpec: 2 containers []Container
        Container: 1 name s, 2 image s, 3 command []s, 4 args []s, 6 ports []ContainerPort, 8 resources Empty, 14 imagePullPolicy s
        ContainerPort: 1 name s, 2 hostPort i, 3 containerPort i, 4 protocol s, 5 hostIP s
        Lease: 1 metadata ObjectMeta, 2 spec LeaseSpec
        LeaseSpec: 1 holderIdentity s, 2 leaseDurationSeconds i, 3 acquireTime u, 4 renewTime u, 5 leaseTransitions i
        DeleteOptions: 1 gracePeriodSeconds i, 2 preconditions Preconditions, 3 orphanDependents b, 4 propagationPolicy s, 5 dryRun []s
        Preconditions: 1 uid s, 2 resourceVersion s
        SelfSubjectAccessReview: 1 metadata ObjectMeta, 2 spec SelfSubjectAccessReviewSpec, 3 status Empty
        SelfSubjectAccessReviewSpec: 1 resourceAttributes ResourceAttributes, 2 nonResourceAttributes NonResourceAttributes
        ResourceAttributes: 1 namespace s, 2 verb s, 3 group s, 4 version s, 5 resource s, 6 subresource s, 7 name s
        NonResourceAttributes: 1 path s, 2 verb s
        SelfSubjectReview: 1 metadata ObjectMeta, 2 status Empty
        SelfSubjectRulesReview: 1 metadata ObjectMeta, 2 spec SelfSubjectRulesReviewSpec, 3 status Empty
        SelfSubjectRulesReviewSpec: 1 namespace s
        Empty:
        """);

    /// <summary>The object in an envelope; null if the lab does not know the kind, or a field that is set in it.</summary>
    public static Map? Decode(byte[] body)
    {
        try
        {
            if (!body.AsSpan().StartsWith("k8s\0"u8))
            {
                return null;
            }

            string apiVersion = "", kind = "";
            ReadOnlySpan<byte> raw = default;
            var envelope = new Reader(body.AsSpan(4));
            while (envelope.Next(out var field))
            {
                switch (field)
                {
                    case 1:
                        var type = new Reader(envelope.Bytes());
                        while (type.Next(out var part))
                        {
                            var text = Encoding.UTF8.GetString(type.Bytes());
                            (apiVersion, kind) = part == 1 ? (text, kind) : (apiVersion, text);
                        }

                        break;
                    case 2:
                        raw = envelope.Bytes();
                        break;
                    default:
                        envelope.Skip();
                        break;
                }
            }

            if (!Messages.ContainsKey(kind) || Message(raw, kind) is not { } root)
            {
                return null;
            }

            root["apiVersion"] = apiVersion;
            root["kind"] = kind;
            return root;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or InvalidDataException)
        {
            throw ApiException.BadRequest($"the protobuf body is damaged: {e.Message}");
        }
    }

    private static Map? Message(ReadOnlySpan<byte> bytes, string name)
    {
        var fields = Messages[name];
        var map = new Map();
        var reader = new Reader(bytes);
        while (reader.Next(out var number))
        {
            if (!fields.TryGetValue(number, out var field))
            {
                // Senders write out zeros. Anything else that is not known is better refused than half understood.
                if (!reader.SkipZero() && name != "Empty")
                {
                    return null;
                }

                continue;
            }

            var what = field.What;
            if (what.StartsWith("{}", StringComparison.Ordinal))
            {
                var entry = new Reader(reader.Bytes());
                string key = "";
                object? value = "";
                while (entry.Next(out var part))
                {
                    if (part == 1)
                    {
                        key = Encoding.UTF8.GetString(entry.Bytes());
                    }
                    else
                    {
                        value = Value(ref entry, what[2..]);
                    }
                }

                map.Child(field.Name)[key] = value;
                continue;
            }

            var isList = what.StartsWith("[]", StringComparison.Ordinal);
            var item = Value(ref reader, isList ? what[2..] : what);
            if (item is null && what is not ("t" or "u"))
            {
                return null;
            }

            if (isList)
            {
                if (map.ItemsAt(field.Name) is not { } list)
                {
                    map[field.Name] = list = [];
                }

                list.Add(item);
            }
            else if (item is not (null or "" or Map { Count: 0 }))
            {
                map[field.Name] = item;
            }
        }

        return map;
    }

    private static object? Value(ref Reader reader, string what)
    {
        switch (what)
        {
            case "s":
                return Encoding.UTF8.GetString(reader.Bytes());
            case "y":
                return Convert.ToBase64String(reader.Bytes());
            case "i":
                return (long)reader.Number();
            case "b":
                return reader.Number() != 0;
            case "t" or "u":
                return Time(reader.Bytes(), what == "u");
            case "x":
                var choice = new Reader(reader.Bytes());
                ulong kind = 0;
                long number = 0;
                var text = "";
                while (choice.Next(out var part))
                {
                    switch (part)
                    {
                        case 1:
                            kind = choice.Number();
                            break;
                        case 2:
                            number = (long)choice.Number();
                            break;
                        default:
                            text = Encoding.UTF8.GetString(choice.Bytes());
                            break;
                    }
                }

                return kind == 0 ? number : text;
            default:
                return Message(reader.Bytes(), what);
        }
    }

    private static string? Time(ReadOnlySpan<byte> bytes, bool withMicroseconds)
    {
        var reader = new Reader(bytes);
        long seconds = 0, nanoseconds = 0;
        while (reader.Next(out var part))
        {
            var value = (long)reader.Number();
            (seconds, nanoseconds) = part == 1 ? (value, nanoseconds) : (seconds, value);
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);
        return bytes.IsEmpty ? null
            : withMicroseconds ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture)
            : Objects.Timestamp(time);
    }

    private static Dictionary<string, Dictionary<int, (string Name, string What)>> Table(string text) => text.Split('\n')
        .Select(line => line.Split(':', 2))
        .ToDictionary(
            parts => parts[0],
            parts => parts[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(field => field.Split(' '))
                .ToDictionary(
                    words => int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture),
                    words => (words[1], words[2])),
            StringComparer.Ordinal);

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;
        private int _wire;

        public bool Next(out int field)
        {
            field = 0;
            if (_rest.IsEmpty)
            {
                return false;
            }

            var tag = Variable();
            _wire = (int)(tag & 7);
            field = (int)(tag >> 3);
            return true;
        }

        public ulong Number() => _wire == 0 ? Variable() : throw new InvalidDataException("a number was expected");

        public ReadOnlySpan<byte> Bytes()
        {
            if (_wire != 2)
            {
                throw new InvalidDataException("bytes were expected");
            }

            var length = checked((int)Variable());
            var bytes = _rest[..length];
            _rest = _rest[length..];
            return bytes;
        }

        /// <summary>Skips a value; true if it was zero or empty.</summary>
        public bool SkipZero()
        {
            if (_wire == 2)
            {
                return Bytes().IsEmpty;
            }

            if (_wire == 0)
            {
                return Variable() == 0;
            }

            Skip();
            return false;
        }

        public void Skip()
        {
            switch (_wire)
            {
                case 0:
                    _ = Variable();
                    break;
                case 1:
                    _rest = _rest[8..];
                    break;
                case 2:
                    _ = Bytes();
                    break;
                default:
                    _rest = _rest[4..];
                    break;
            }
        }

        private ulong Variable()
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = _rest[0];
                _rest = _rest[1..];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value;
                }

                if (shift > 63)
                {
                    throw new InvalidDataException("a number is too long");
                }
            }
        }
    }
}
