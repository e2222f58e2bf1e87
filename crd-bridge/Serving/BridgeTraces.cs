using System.Diagnostics;
using Metal3.CrdBridge.Watching;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Metal3.CrdBridge.Serving;

/// <summary>What the bridge traces: every delivery to Temporal, every admission review, and its HTTP calls.</summary>
/// <remarks>Nothing is made unless somebody listens. No span holds more of an object than its name.</remarks>
internal static class BridgeTraces
{
    /// <summary>Name of the source that an exporter subscribes to.</summary>
    public const string SourceName = "Metal3.CrdBridge";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A host is told to Temporal; null if nobody listens.</summary>
    public static Activity? Delivery(ObjectKey key, bool forced) => Source.StartActivity("deliver host", ActivityKind.Producer)
        ?.SetTag("k8s.namespace.name", key.Namespace).SetTag("metal3.host", key.Name).SetTag("metal3.forced", forced);

    /// <summary>An object is judged; null if nobody listens.</summary>
    public static Activity? Review(string kind, string operation, ObjectKey key) => Source.StartActivity("review admission", ActivityKind.Internal)
        ?.SetTag("k8s.namespace.name", key.Namespace).SetTag("metal3.kind", kind).SetTag("metal3.name", key.Name).SetTag("metal3.operation", operation);

    /// <summary>Notes that it failed, by the fault's type: its text may quote what it was about.</summary>
    public static void Failed(this Activity? span, Exception fault) => span?.SetStatus(ActivityStatusCode.Error, fault.GetType().Name);

    /// <summary>Sends traces where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says; disposing sends what is left.</summary>
    /// <returns>Null if no endpoint is configured: then none are made.</returns>
    public static IDisposable? Export()
    {
        if (!Has("OTEL_EXPORTER_OTLP_ENDPOINT") && !Has("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        {
            return null;
        }

        var traces = Sdk.CreateTracerProviderBuilder().AddSource(SourceName).AddSource("System.Net.Http").AddOtlpExporter();
        if (!Has("OTEL_SERVICE_NAME"))
        {
            traces.ConfigureResource(resource => resource.AddService("metal3-crd-bridge"));
        }

        return traces.Build();
    }

    private static bool Has(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
