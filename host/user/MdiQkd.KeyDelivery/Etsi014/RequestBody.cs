using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>Reads the JSON object in the body of a POST.</summary>
internal static class RequestBody
{
    /// <summary>Largest body: 128 key_IDs take 7 kB; the rest is room for members that are ignored.</summary>
    public const int BytesMax = 65_536;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>
    /// The object in the body; an empty object for a GET or for a POST without a body. The receiver disposes the document.
    /// </summary>
    public static async Task<(JsonDocument? Json, ApiError? Error)> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return (JsonDocument.Parse("{}"), null);
        }
        if (request.ContentLength > BytesMax)
        {
            return (null, ApiError.TooLarge);
        }
        byte[] body = new byte[BytesMax + 1];
        int length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        if (length > BytesMax)
        {
            return (null, ApiError.TooLarge);
        }
        if (length == 0 && string.IsNullOrEmpty(request.ContentType))
        {
            return (JsonDocument.Parse("{}"), null);
        }
        return IsJson(request.ContentType) ? Parse(body.AsMemory(0, length)) : (null, ApiError.NotJson);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static (JsonDocument? Json, ApiError? Error) Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            JsonDocument json = body.Length == 0 ? JsonDocument.Parse("{}") : JsonDocument.Parse(body, Strict);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return (json, null);
            }
            json.Dispose();
            return (null, ApiError.BadRequest("the request body shall be a JSON object"));
        }
        catch (JsonException e)
        {
            return (null, ApiError.BadRequest(
                $"the request body is not valid JSON without duplicate members (line {e.LineNumber}, byte {e.BytePositionInLine})"));
        }
    }
}
