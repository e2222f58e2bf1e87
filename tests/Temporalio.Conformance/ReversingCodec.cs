using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Conformance;

/// <summary>A codec whose work shows: whole payloads, backwards.</summary>
public sealed class ReversingCodec : IPayloadCodec
{
    private static readonly ByteString Encoding = ByteString.CopyFromUtf8("binary/reversed");

    public Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>(
        [
            .. payloads.Select(payload => new Payload
            {
                Metadata = { ["encoding"] = Encoding },
                Data = ByteString.CopyFrom([.. payload.ToByteArray().Reverse()]),
            }),
        ]);

    public Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads) =>
        Task.FromResult<IReadOnlyCollection<Payload>>(
        [
            .. payloads.Select(payload => payload.Metadata["encoding"].Equals(Encoding)
                ? Payload.Parser.ParseFrom([.. payload.Data.Reverse()])
                : payload),
        ]);
}
