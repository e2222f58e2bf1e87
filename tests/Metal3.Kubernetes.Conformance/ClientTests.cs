using System.Net;
using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Metal3.Kubernetes.Conformance;

public sealed class ClientTests(Targets targets)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_object_is_created_read_listed_patched_and_deleted(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);

        var created = await widgets.CreateNamespacedAsync(Widget.Named("one", 1), ns, Cancellation);
        var patched = await widgets.PatchNamespacedAsync<Widget>(
            new V1Patch("""{"spec":{"size":2},"metadata":{"labels":{"tier":"gold"}}}""", V1Patch.PatchType.MergePatch), ns, "one", Cancellation);
        var listed = await widgets.ListNamespacedAsync<WidgetList>(ns, labelSelector: "tier=gold", cancel: Cancellation);
        await widgets.DeleteNamespacedAsync<V1Status>(ns, "one", Cancellation);

        Assert.False(string.IsNullOrEmpty(created.Metadata.Uid));
        Assert.Equal(1, created.Metadata.Generation);
        Assert.Equal((2, 2L), (patched.Spec!.Size, patched.Metadata.Generation));
        Assert.Equal(created.Metadata.Uid, Assert.Single(listed.Items).Metadata.Uid);
        Assert.Empty((await widgets.ListNamespacedAsync<WidgetList>(ns, cancel: Cancellation)).Items);
        Assert.Equal(HttpStatusCode.NotFound, await RefusalAsync(() => widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation)));
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_status_is_written_through_its_subresource_and_nowhere_else(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        await widgets.CreateNamespacedAsync(Widget.Named("one") with { Status = new WidgetStatus { Phase = "smuggled" } }, ns, Cancellation);

        var before = await widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation);
        var after = await client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<Widget>(
            new V1Patch("""{"status":{"phase":"ready"},"spec":{"size":99}}""", V1Patch.PatchType.MergePatch),
            Widget.GroupName, "v1", ns, Widget.Plural, "one", cancellationToken: Cancellation);

        Assert.Null(before.Status);
        Assert.Equal(("ready", 1, 1L), (after.Status!.Phase, after.Spec!.Size, after.Metadata.Generation));
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_json_patch_whose_test_fails_is_refused_and_changes_nothing(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        await widgets.CreateNamespacedAsync(Widget.Named("one"), ns, Cancellation);
        var patch = new V1Patch(
            """[{"op":"test","path":"/metadata/uid","value":"another"},{"op":"replace","path":"/spec/size","value":7}]""",
            V1Patch.PatchType.JsonPatch);

        var onObject = await RefusalAsync(() => widgets.PatchNamespacedAsync<Widget>(patch, ns, "one", Cancellation));
        var onStatus = await RefusalAsync(() => client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<Widget>(
            patch, Widget.GroupName, "v1", ns, Widget.Plural, "one", cancellationToken: Cancellation));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (onObject, onStatus));
        Assert.Equal(1, (await widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation)).Spec!.Size);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Server_side_apply_creates_and_then_owns_its_fields(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        V1Patch Wanting(int size) => new(
            new { apiVersion = Widget.GroupName + "/v1", kind = "Widget", metadata = new { name = "one" }, spec = new { size } },
            V1Patch.PatchType.ApplyPatch);
        Task<Widget> ApplyAsync(int size, string manager, bool force) => client.CustomObjects.PatchNamespacedCustomObjectAsync<Widget>(
            Wanting(size), Widget.GroupName, "v1", ns, Widget.Plural, "one", fieldManager: manager, force: force, cancellationToken: Cancellation);

        var created = await ApplyAsync(1, "first", force: false);
        var refused = await RefusalAsync(() => ApplyAsync(2, "second", force: false));
        var forced = await ApplyAsync(2, "second", force: true);

        Assert.Equal(1, created.Spec!.Size);
        Assert.Equal(HttpStatusCode.Conflict, refused);
        Assert.Equal(2, forced.Spec!.Size);
        client.Dispose();
        widgets.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Whoever_replaces_an_older_version_is_told_of_the_conflict(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        var old = await widgets.CreateNamespacedAsync(Widget.Named("one"), ns, Cancellation);
        await widgets.ReplaceNamespacedAsync(old with { Spec = new WidgetSpec { Size = 2 } }, ns, "one", Cancellation);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(
            () => widgets.ReplaceNamespacedAsync(old with { Spec = new WidgetSpec { Size = 3 } }, ns, "one", Cancellation));

        var status = KubernetesJson.Deserialize<V1Status>(refusal.Response.Content);
        Assert.Equal((409, "Conflict"), (status.Code, status.Reason));
        Assert.Equal(2, (await widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation)).Spec!.Size);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_delete_with_the_uid_of_another_object_is_refused(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        await widgets.CreateNamespacedAsync(Widget.Named("one"), ns, Cancellation);

        var refusal = await RefusalAsync(() => client.CustomObjects.DeleteNamespacedCustomObjectAsync(
            Widget.GroupName, "v1", ns, Widget.Plural, "one",
            new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = "another" } }, cancellationToken: Cancellation));

        Assert.Equal(HttpStatusCode.Conflict, refusal);
        Assert.NotNull(await widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation));
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_finalizer_keeps_an_object_until_it_is_removed(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        var widget = Widget.Named("one");
        widget.AddFinalizer("conformance.metal3.io/hold");
        await widgets.CreateNamespacedAsync(widget, ns, Cancellation);

        await widgets.DeleteNamespacedAsync<V1Status>(ns, "one", Cancellation);
        var held = await widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation);
        await widgets.PatchNamespacedAsync<Widget>(
            new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), ns, "one", Cancellation);

        Assert.NotNull(held.Metadata.DeletionTimestamp);
        Assert.Equal(HttpStatusCode.NotFound, await RefusalAsync(() => widgets.ReadNamespacedAsync<Widget>(ns, "one", Cancellation)));
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Secrets_events_leases_and_namespaces_have_typed_operations(string target)
    {
        var (client, _, ns) = await NamespaceAsync(target);

        await client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "bmc" }, StringData = new Dictionary<string, string>(StringComparer.Ordinal) { ["password"] = "näïve" } },
            ns, cancellationToken: Cancellation);
        var secret = await client.CoreV1.ReadNamespacedSecretAsync("bmc", ns, cancellationToken: Cancellation);
        await client.CoreV1.CreateNamespacedEventAsync(
            new Corev1Event
            {
                Metadata = new V1ObjectMeta { Name = "registered.1" },
                InvolvedObject = new V1ObjectReference { Kind = "Widget", Name = "one", NamespaceProperty = ns },
                Reason = "Registered",
                Message = "done",
                Type = "Normal",
                Count = 1,
                FirstTimestamp = new DateTime(2024, 5, 17, 9, 30, 0, DateTimeKind.Utc),
            },
            ns, cancellationToken: Cancellation);
        var events = await client.CoreV1.ListNamespacedEventAsync(ns, fieldSelector: "involvedObject.name=one", cancellationToken: Cancellation);
        var micro = new DateTime(2024, 5, 17, 9, 30, 0, 123, 456, DateTimeKind.Utc);
        await client.CoordinationV1.CreateNamespacedLeaseAsync(
            new V1Lease { Metadata = new V1ObjectMeta { Name = "leader" }, Spec = new V1LeaseSpec { HolderIdentity = "me", RenewTime = micro } },
            ns, cancellationToken: Cancellation);
        var lease = await client.CoordinationV1.ReadNamespacedLeaseAsync("leader", ns, cancellationToken: Cancellation);
        await client.EventsV1.CreateNamespacedEventAsync(
            new Eventsv1Event
            {
                Metadata = new V1ObjectMeta { Name = "registered.2" },
                EventTime = micro,
                ReportingController = "metal3.io/test",
                ReportingInstance = "test-0",
                Action = "Register",
                Reason = "Registered",
                Type = "Normal",
                Note = "done",
                Regarding = new V1ObjectReference { Kind = "Widget", Name = "one", NamespaceProperty = ns },
            },
            ns, cancellationToken: Cancellation);

        Assert.Equal("näïve", Encoding.UTF8.GetString(secret.Data["password"]));
        Assert.Equal(new DateTime(2024, 5, 17, 9, 30, 0, DateTimeKind.Utc), Assert.Single(events.Items).FirstTimestamp);
        Assert.Equal(micro, lease.Spec.RenewTime);
        Assert.Equal(2, (await client.EventsV1.ListNamespacedEventAsync(ns, cancellationToken: Cancellation)).Items.Count);
        Assert.Contains((await client.CoreV1.ListNamespaceAsync(cancellationToken: Cancellation)).Items, one => one.Metadata.Name == ns);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_list_of_pages_holds_every_object_once(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        await Parallel.ForAsync(0, 25, Cancellation, async (i, stop) => await widgets.CreateNamespacedAsync(Widget.Named($"w{i:00}"), ns, stop));
        var names = new List<string>();
        var pages = 0;

        string? next = null;
        do
        {
            var page = await widgets.ListNamespacedAsync<WidgetList>(ns, limit: 10, continueToken: next, cancel: Cancellation);
            names.AddRange(page.Items.Select(one => one.Metadata.Name));
            next = page.Metadata.ContinueProperty;
            pages++;
        }
        while (!string.IsNullOrEmpty(next));

        Assert.Equal(3, pages);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"w{i:00}"), names);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_watch_tells_every_change_in_order(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var changes = widgets.WatchNamespacedAsync<Widget>(ns, cancel: stop.Token).GetAsyncEnumerator(stop.Token);
        var seen = new List<(WatchEventType, int?)>();
        async Task NextAsync()
        {
            Assert.True(await changes.MoveNextAsync());
            seen.Add((changes.Current.Item1, changes.Current.Item2.Spec!.Size));
        }

        // Created before the first read: a watch without a version starts with what is there.
        await widgets.CreateNamespacedAsync(Widget.Named("one", 1), ns, Cancellation);
        await NextAsync();
        await widgets.PatchNamespacedAsync<Widget>(new V1Patch("""{"spec":{"size":2}}""", V1Patch.PatchType.MergePatch), ns, "one", Cancellation);
        await NextAsync();
        await widgets.DeleteNamespacedAsync<V1Status>(ns, "one", Cancellation);
        await NextAsync();

        Assert.Equal([(WatchEventType.Added, 1), (WatchEventType.Modified, 2), (WatchEventType.Deleted, 2)], seen);
        await stop.CancelAsync();
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_unknown_kind_is_a_clear_not_found(string target)
    {
        var cluster = await targets.SharedAsync(target);
        using var gadgets = new GenericClient(cluster.Configuration(), Widget.GroupName, "v1", "gadgets");

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => gadgets.ListNamespacedAsync<WidgetList>("default", cancel: Cancellation));

        Assert.Equal(HttpStatusCode.NotFound, refusal.Response.StatusCode);
        Assert.Contains("NotFound", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_object_that_breaks_its_schema_is_refused_with_the_field_named(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);

        var refusal = await Assert.ThrowsAsync<HttpOperationException>(() => widgets.CreateNamespacedAsync(Widget.Named("one", -1), ns, Cancellation));

        var status = KubernetesJson.Deserialize<V1Status>(refusal.Response.Content);
        Assert.Equal((422, "Invalid"), (status.Code, status.Reason));
        Assert.Equal("spec.size", Assert.Single(status.Details.Causes).Field);
        client.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_object_of_more_than_a_mebibyte_survives_the_way_there_and_back(string target)
    {
        var (client, widgets, ns) = await NamespaceAsync(target);
        var blob = new string('x', 1_200_000);

        await widgets.CreateNamespacedAsync(Widget.Named("big") with { Spec = new WidgetSpec { Blob = blob } }, ns, Cancellation);
        var read = await widgets.ReadNamespacedAsync<Widget>(ns, "big", Cancellation);
        var tooBig = await RefusalAsync(() => widgets.CreateNamespacedAsync(
            Widget.Named("bigger") with { Spec = new WidgetSpec { Blob = new string('x', 4_000_000) } }, ns, Cancellation));

        Assert.Equal(blob, read.Spec!.Blob);
        Assert.True(tooBig is HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.InternalServerError, $"{tooBig}");
        client.Dispose();
    }

    private static async Task<HttpStatusCode> RefusalAsync(Func<Task> act) =>
        (await Assert.ThrowsAsync<HttpOperationException>(act)).Response.StatusCode;

    private async Task<(k8s.Kubernetes Client, GenericClient Widgets, string Namespace)> NamespaceAsync(string target)
    {
        var cluster = await targets.SharedAsync(target);
        var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        return (client, new GenericClient(client, Widget.GroupName, "v1", Widget.Plural), ns);
    }
}

internal static class Namespaces
{
    /// <summary>A namespace that no other test uses.</summary>
    public static async Task<string> CreateAsync(IKubernetes client, CancellationToken cancellation)
    {
        var name = "t-" + Guid.NewGuid().ToString("N")[..12];
        await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } }, cancellationToken: cancellation);
        return name;
    }
}
