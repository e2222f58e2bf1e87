using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Worker.Execution;

/// <summary>The marker that a patched run carries in its history.</summary>
internal readonly record struct PatchMarker(string Id, bool Deprecated)
{
    public const string Name = "core_patch";
    private const string Data = "patch-data";

    /// <summary>What a marker event says; null for every other event.</summary>
    public static PatchMarker? Read(HistoryEvent happened)
    {
        if (happened.MarkerRecordedEventAttributes is not { MarkerName: Name } marker)
        {
            return null;
        }

        if (marker.Details.TryGetValue(Data, out var data) && data.Payloads_.Count > 0)
        {
            using var json = JsonDocument.Parse(data.Payloads_[0].Data.Memory);
            return new(
                json.RootElement.GetProperty("id").GetString()!,
                json.RootElement.TryGetProperty("deprecated", out var deprecated) && deprecated.GetBoolean());
        }

        // Older SDKs wrote two payloads.
        return marker.Details.TryGetValue("patch_id", out var id) && id.Payloads_.Count > 0
            ? new(
                JsonSerializer.Deserialize<string>(id.Payloads_[0].Data.Span)!,
                marker.Details.TryGetValue("deprecated", out var old) && old.Payloads_.Count > 0
                    && JsonSerializer.Deserialize<bool>(old.Payloads_[0].Data.Span))
            : null;
    }

    public Command ToCommand() => new()
    {
        CommandType = CommandType.RecordMarker,
        RecordMarkerCommandAttributes = new()
        {
            MarkerName = Name,
            Details =
            {
                [Data] = new Payloads
                {
                    Payloads_ =
                    {
                        new Payload
                        {
                            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain") },
                            Data = ByteString.CopyFrom(
                                JsonSerializer.SerializeToUtf8Bytes(new { id = Id, deprecated = Deprecated })),
                        },
                    },
                },
            },
        },
    };
}
