using System.Text.Json;
using MdiQkd.KeyDelivery.Storage;
using Microsoft.AspNetCore.Http;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>Writes the JSON bodies of ETSI GS QKD 014 V1.1.1, clause 6. The buffer is erased afterwards.</summary>
internal static class JsonReply
{
    private const int BytesPerKeyEntry = 128;

    /// <summary>The "error" body.</summary>
    public static Task WriteAsync(HttpResponse response, ApiError error) => SendAsync(response, error.StatusCode, 256, json =>
    {
        json.WriteStartObject();
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    });

    /// <summary>The "key container" body: key_ID as 36 characters, key as padded base64.</summary>
    public static Task WriteAsync(HttpResponse response, IReadOnlyList<DeliveredKey> keys)
    {
        int capacity = 64 + keys.Sum(key => BytesPerKeyEntry + (key.SizeBits / 6));
        return SendAsync(response, StatusCodes.Status200OK, capacity, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("keys"u8);
            foreach (DeliveredKey key in keys)
            {
                json.WriteStartObject();
                json.WriteString("key_ID"u8, key.Id);
                json.WriteBase64String("key"u8, key.Bits);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>The "status" body; sizes in bits, counts in keys of the default size.</summary>
    public static Task WriteStatusAsync(
        HttpResponse response, KeyDeliveryOptions options, KeyStore store, string peer, string master, string slave)
    {
        int perKey = ChunkReference.PerKey(options.DefaultKeySizeBits);
        return SendAsync(response, StatusCodes.Status200OK, 1024, json =>
        {
            json.WriteStartObject();
            json.WriteString("source_KME_ID"u8, options.Node);
            json.WriteString("target_KME_ID"u8, peer);
            json.WriteString("master_SAE_ID"u8, master);
            json.WriteString("slave_SAE_ID"u8, slave);
            json.WriteNumber("key_size"u8, options.DefaultKeySizeBits);
            // Capped, because strict clients refuse more than max_key_count and the limit may have been lowered.
            json.WriteNumber("stored_key_count"u8, Math.Min(store.IssuableCount(peer), store.MaxKeysPerPeer) / perKey);
            json.WriteNumber("max_key_count"u8, store.MaxKeysPerPeer / perKey);
            json.WriteNumber("max_key_per_request"u8, options.MaxKeysPerRequest);
            json.WriteNumber("max_key_size"u8, options.MaxKeySizeBits);
            json.WriteNumber("min_key_size"u8, options.MinKeySizeBits);
            json.WriteNumber("max_SAE_ID_count"u8, 0);
            json.WriteEndObject();
        });
    }

    private static async Task SendAsync(HttpResponse response, int statusCode, int capacity, Action<Utf8JsonWriter> write)
    {
        using ErasedBuffer buffer = new(capacity);
        using (Utf8JsonWriter json = new(buffer))
        {
            write(json);
        }
        response.StatusCode = statusCode;
        response.ContentType = "application/json";
        response.ContentLength = buffer.Written.Length;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(buffer.Written, response.HttpContext.RequestAborted).ConfigureAwait(false);
        }
    }
}
