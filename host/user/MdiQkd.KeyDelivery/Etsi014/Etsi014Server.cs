using System.Text.Json;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Etsi014;

/// <summary>
/// Handles the three resources of ETSI GS QKD 014 V1.1.1. Checks in this order: resource (404), method (405), caller (401),
/// body (413, 415), request (400), keys (503, or 400 and 401 for dec_keys). Every error has a JSON body; nothing is cached;
/// no key reaches the log.
/// </summary>
internal sealed class Etsi014Server(KeyAgreement agreement, ILogger<Etsi014Server> log)
{
    private const string GetOnly = "GET";
    private const string GetOrPost = "GET, POST";

    private readonly KeyDeliveryOptions options = agreement.Options;

    public async Task HandleAsync(HttpContext context)
    {
        ApiError? error;
        try
        {
            error = await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            error = new ApiError(e.StatusCode, "the request could not be read");
        }
        catch (KeyStoreException e)
        {
            log.LogError("key store: {Fault}: {Reason}", e.Fault, e.Message);
            error = ApiError.StoreUnavailable;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            log.LogError(e, "request failed");
            error = ApiError.Internal;
        }
        if (error is not null)
        {
            await JsonReply.WriteAsync(context.Response, error).ConfigureAwait(false);
        }
    }

    private async Task<ApiError?> AnswerAsync(HttpContext context)
    {
        if (!TryReadPath(context, out string sae, out string resource))
        {
            return ApiError.NotFound;
        }
        string allowed = resource == "status" ? GetOnly : GetOrPost;
        bool isPost = HttpMethods.IsPost(context.Request.Method);
        if (!HttpMethods.IsGet(context.Request.Method) && !(isPost && allowed == GetOrPost))
        {
            context.Response.Headers.Allow = allowed;
            return ApiError.MethodNotAllowed(allowed);
        }
        if (!SaeCertificate.TryAuthenticate(context.Connection.ClientCertificate, options, out string? caller))
        {
            log.LogWarning("request by a client that is no SAE of this node: {Subject}",
                context.Connection.ClientCertificate?.Subject ?? "no certificate");
            return ApiError.Unauthorized;
        }
        if (!options.Directory.TryFind(sae, out SaeEntry? other) || other.Node == options.Node)
        {
            return resource == "dec_keys" ? ApiError.KeysNotFound
                : ApiError.BadRequest("the slave SAE is not known, or is served by this same KME");
        }
        if (resource == "status")
        {
            await JsonReply.WriteStatusAsync(context.Response, options, agreement.Store, other.Node, caller, sae).ConfigureAwait(false);
            return null;
        }
        (JsonDocument? body, ApiError? error) = await RequestBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        using (body)
        {
            return body is null ? error
                : resource == "enc_keys" ? await EncKeysAsync(context, body.RootElement, caller, sae).ConfigureAwait(false)
                : await DecKeysAsync(context, body.RootElement, caller, sae).ConfigureAwait(false);
        }
    }

    private async Task<ApiError?> EncKeysAsync(HttpContext context, JsonElement body, string master, string slave)
    {
        if (!KeyRequest.TryRead(context.Request.Query, body, options, out KeyRequest? request, out ApiError? error))
        {
            return error;
        }
        using IssueResult result = await agreement
            .IssueAsync(master, slave, request.Number, request.SizeBits, context.RequestAborted).ConfigureAwait(false);
        if (result.Status == IssueStatus.Issued)
        {
            await JsonReply.WriteAsync(context.Response, result.Keys).ConfigureAwait(false);
            return null;
        }
        return result.Status switch
        {
            IssueStatus.NotEnoughKeys => ApiError.NotEnoughKeys,
            IssueStatus.PeerRefused => ApiError.PeerRefused,
            _ => ApiError.PeerUnavailable,
        };
    }

    private async Task<ApiError?> DecKeysAsync(HttpContext context, JsonElement body, string slave, string master)
    {
        if (!KeyIdsRequest.TryRead(context.Request, body, options.MaxKeysPerRequest, out IReadOnlyList<Guid>? ids, out ApiError? error))
        {
            return error;
        }
        using FetchResult result = agreement.Fetch(master, slave, ids);
        if (result.Status == FetchStatus.Fetched)
        {
            await JsonReply.WriteAsync(context.Response, result.Keys).ConfigureAwait(false);
            return null;
        }
        return result.Status == FetchStatus.NotSlave ? ApiError.NotSlave : ApiError.KeysNotFound;
    }

    // From the target as sent: in the decoded path an SAE id such as "https://a/b" and one with a literal "%2F" look alike.
    private static bool TryReadPath(HttpContext context, out string sae, out string resource)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        string[] segments = target.Split('?', 2)[0].TrimEnd('/').Split('/');
        sae = segments.Length >= 2 ? Uri.UnescapeDataString(segments[^2]) : "";
        resource = segments[^1];
        return resource is "status" or "enc_keys" or "dec_keys";
    }
}
