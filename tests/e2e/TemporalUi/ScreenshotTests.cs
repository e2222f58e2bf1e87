using Metal3.Contracts.HostLifecycle;
using Metal3.Lab;
using Metal3.Lab.Ironic;
using Metal3.TestKit;
using Microsoft.Playwright;
using Temporalio.Exceptions;

namespace Metal3.EndToEnd.TemporalUi;

/// <summary>What an operator reads in the Temporal UI. METAL3_SCREENSHOTS names the directory that keeps the pictures (docs/images).</summary>
public sealed class ScreenshotTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-ui-").FullName;
    private LabDataCenter _lab = null!;
    private IPlaywright _playwright = null!;
    private IBrowserContext _browser = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await LabDataCenter.StartAsync(
            new LabOptions
            {
                Directory = Path.Combine(_directory, "lab"),
                TemporalCli = RealServers.TemporalCli(),
                Times = StageTimes.Fast.With(Stages.Deploy, TimeSpan.FromMinutes(5)),
            },
            Cancellation);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchPersistentContextAsync(Path.Combine(_directory, "browser"), new()
        {
            ExecutablePath = RealServers.OnPath("chromium"),
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
            ViewportSize = new() { Width = 1360, Height = 1020 },
        });
    }

    [Fact]
    public async Task A_host_being_provisioned_tells_what_it_does_and_since_when()
    {
        await _lab.AddHostsAsync(SampleHost.Many(1), Cancellation);
        var id = await LifecycleAtAsync(StepNames.AwaitActive);

        var text = await PageAsync(id, "host-provisioning");

        Assert.Contains("provision default/worker-0", text, StringComparison.Ordinal);
        Assert.Contains("await-active", text, StringComparison.Ordinal);
        Assert.Contains("write-deploy-intent → deploy", text, StringComparison.Ordinal);
        Assert.Contains("Wait until the image runs", text, StringComparison.Ordinal);
        await AssertListedAsync("Metal3Step = 'await-active' AND Metal3State = 'provisioning'", id);
    }

    [Fact]
    public async Task A_host_on_hold_tells_who_holds_it_why_and_what_ends_it()
    {
        await _lab.AddHostsAsync(SampleHost.Many(1), Cancellation);
        await HoldAsync(new() { Step = StepNames.Deploy, By = "anna", Reason = "the rack's switch is being replaced" });
        var id = await LifecycleAtAsync(StepNames.Deploy);

        var text = await PageAsync(id, "host-on-hold");

        Assert.Contains("anna holds the step deploy: the rack's switch is being replaced", text, StringComparison.Ordinal);
        Assert.Contains("Ends with: resume", text, StringComparison.Ordinal);
        await AssertListedAsync("Metal3WaitingFor = 'Hold'", id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_lab is not null)
        {
            await _lab.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> PageAsync(string id, string picture)
    {
        var page = await _browser.NewPageAsync();
        await page.GotoAsync($"{_lab.TemporalUi}namespaces/default/workflows/{Uri.EscapeDataString(id)}", new() { Timeout = 60_000 });
        await page.GetByText("User Metadata").First.ClickAsync(new() { Timeout = 60_000 });
        var text = await UntilAsync(async () =>
        {
            // The current details are shown in a frame of their own.
            var texts = await Task.WhenAll(page.Frames.Select(frame => frame.InnerTextAsync("body")));
            return Array.Exists(texts, one => one.Contains("Done:", StringComparison.Ordinal)) ? string.Join('\n', texts) : null;
        });
        var directory = Environment.GetEnvironmentVariable("METAL3_SCREENSHOTS") is { Length: > 0 } given ? given : _directory;
        await page.ScreenshotAsync(new() { Path = Path.Combine(directory, $"{picture}.png") });
        return text;
    }

    private async Task HoldAsync(StepCommand command)
    {
        var host = _lab.Temporal.GetWorkflowHandle(WorkflowNames.HostId("default", "worker-0"));
        await UntilAsync(async () =>
        {
            _ = await host.ExecuteUpdateAsync<string>("holdStep", [command]);
            return "";
        });
    }

    private Task<string> LifecycleAtAsync(string step) => UntilAsync(async () =>
    {
        var host = await _lab.Temporal.GetWorkflowHandle(WorkflowNames.HostId("default", "worker-0")).QueryAsync<HostView>("view", []);
        if (host.LifecycleId is not { } id)
        {
            return null;
        }

        var view = await _lab.Temporal.GetWorkflowHandle(id).QueryAsync<LifecycleView>("view", []);
        return view.Step == step ? id : null;
    });

    private Task<string> AssertListedAsync(string query, string id) => UntilAsync(async () =>
    {
        await foreach (var found in _lab.Temporal.ListWorkflowsAsync(query))
        {
            if (found.Id == id)
            {
                return id;
            }
        }

        return null; // lists lag behind the workflows
    });

    private static async Task<string> UntilAsync(Func<Task<string?>> find)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            try
            {
                if (await find() is { } found)
                {
                    return found;
                }
            }
            catch (Exception e) when (e is RpcException or WorkflowQueryFailedException or PlaywrightException)
            {
                // Not there yet, or ended meanwhile.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
        }
    }
}
