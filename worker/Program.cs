using k8s;
using Metal3.Activities.Metrics;
using Metal3.Contracts;
using Metal3.Worker;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Formatting.Json;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;

if (args.Any(argument => argument is "-h" or "--help"))
{
    Console.WriteLine(Usage.Text);
    return 0;
}

var builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddInMemoryCollection(Usage.Flags(args));
var log = new LoggerConfiguration().ReadFrom.Configuration(builder.Configuration).MinimumLevel.Override("Microsoft.AspNetCore", Serilog.Events.LogEventLevel.Warning);
log = Console.IsOutputRedirected
    ? log.WriteTo.Console(new JsonFormatter(renderMessage: true))
    : log.WriteTo.Console();
await using var serilog = log.CreateLogger();
builder.Logging.ClearProviders().AddSerilog(serilog);
try
{
    using var traces = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
        ? Sdk.CreateTracerProviderBuilder().AddSource("System.Net.Http").AddSource("Metal3.*").AddOtlpExporter().Build()
        : null;
    var connect = ClientEnvConfig.LoadClientConnectOptions();
    connect.TargetHost ??= "localhost:7233";
    connect.DataConverter = Messaging.DataConverter;
    builder.Services.AddSingleton<ITemporalClient>(_ => TemporalClient.CreateLazy(connect));
    builder.Services.AddSingleton<IKubernetes>(_ => new Kubernetes(KubernetesClientConfiguration.BuildDefaultConfig()));
    builder.Services.AddMetal3Worker(builder.Configuration, Environment.GetEnvironmentVariable);
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(40));
    builder.WebHost.UseUrls(builder.Configuration["health-addr"] is { Length: > 0 } address ? $"http://{address}" : "http://+:9440");

    var app = builder.Build();
    app.MapGet("/healthz", () => "ok");
    app.MapGet("/readyz", (WorkerState state) => state.IsPolling ? Results.Text("ok") : Results.Text(state.Problem, statusCode: 503));
    app.MapGet("/metrics", (HostMetrics metrics) => Results.Text(metrics.Render(), "text/plain; version=0.0.4"));
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is ArgumentException or Microsoft.Extensions.Options.OptionsValidationException)
{
    serilog.Fatal("The configuration cannot be used: {Reason}", e.Message);
    return 2;
}
