using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Temporalio.Worker.Execution;

/// <summary>Runs a codec over every payload of a message. Search attributes are left alone: the server reads them.</summary>
internal static class PayloadVisitor
{
    public static async Task VisitAsync(
        IMessage message, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        switch (message)
        {
            case SearchAttributes:
                return;
            case Payloads payloads:
                if (payloads.Payloads_.Count > 0)
                {
                    var applied = (await apply([.. payloads.Payloads_])).ToArray();
                    payloads.Payloads_.Clear();
                    payloads.Payloads_.Add(applied);
                }

                return;
        }

        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsMap)
            {
                await VisitMapAsync(field, (IDictionary)field.Accessor.GetValue(message), apply);
            }
            else if (field.FieldType is FieldType.Message)
            {
                await VisitFieldAsync(message, field, apply);
            }
        }
    }

    private static async Task VisitFieldAsync(
        IMessage message,
        FieldDescriptor field,
        Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        switch (field.Accessor.GetValue(message))
        {
            case Payload payload:
                field.Accessor.SetValue(message, await SingleAsync(payload, apply));
                break;
            case IMessage child:
                await VisitAsync(child, apply);
                break;
            case IList list when field.MessageType.ClrType == typeof(Payload):
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = await SingleAsync((Payload)list[i]!, apply);
                }

                break;
            case IList list:
                foreach (var item in list)
                {
                    await VisitAsync((IMessage)item!, apply);
                }

                break;
        }
    }

    private static async Task VisitMapAsync(
        FieldDescriptor field,
        IDictionary map,
        Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        if (map.Count == 0 || field.MessageType.FindFieldByNumber(2).FieldType is not FieldType.Message)
        {
            return;
        }

        foreach (var key in map.Keys.Cast<object>().ToArray())
        {
            if (map[key] is Payload payload)
            {
                map[key] = await SingleAsync(payload, apply);
            }
            else if (map[key] is IMessage child)
            {
                await VisitAsync(child, apply);
            }
        }
    }

    private static async Task<Payload> SingleAsync(
        Payload payload, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        var applied = await apply([payload]);
        return applied.Count == 1
            ? applied.First()
            : throw new InvalidOperationException(
                $"The payload codec made {applied.Count} payloads of one, where only one can be");
    }
}
